/** What is done to a job from its page, after it was asked. */

import { call } from "../frame/calls";
import { text } from "../frame/texts";
import { nameOf, type Job } from "../jobs/job";
import { confirm } from "../parts/confirm";

/** Deletes the job, if it is wanted; returns whether it was. Throws as call does. */
export async function deleteJob(job: Job): Promise<boolean> {
  const isSure = await confirm({
    title: text("job.deleteTitle", { name: nameOf(job) }),
    explanation: text("job.deleteText"),
    yes: text("job.delete"),
    isDangerous: true,
  });
  if (isSure) await call("job/delete", { job_id: job.JobId });
  return isSure;
}

export function authorizeJob(job: Job): Promise<unknown> {
  return call("job/authorize", { job_id: job.JobId });
}
