/** The jobs that a page shows, and their changes. */

import { answerOf, type CallOptions } from "../frame/calls";
import type { JobChange } from "../frame/events";
import { parametersOf, type Filters } from "./filters";
import type { Job } from "./job";

export interface Listed {
  readonly jobs: readonly Job[];
  /** Of all that match, on whichever page. */
  readonly count: number;
}

export async function listJobs(filters: Filters, options: CallOptions): Promise<Listed> {
  const response = await answerOf("job/list", parametersOf(filters, new Date()), options);
  const { ActiveJobs: jobs } = (await response.json()) as { ActiveJobs: readonly Job[] };
  return { jobs, count: Number(response.headers.get("X-Total-Count") ?? jobs.length) };
}

/** Returns the list with a job's new progress; null where the list must be read anew to be right. */
export function withChange(listed: Listed, change: JobChange): Listed | null {
  const found = listed.jobs.find((job) => job.JobId === change.job_id);
  if (found?.JobStatus !== change.status) return null;
  const jobs = listed.jobs.map((job) => (job === found ? { ...job, Progress: change.progress } : job));
  return { ...listed, jobs };
}
