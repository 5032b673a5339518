/** What people do with jobs of the list. */

import { answerOf, call } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import { counted, text } from "../frame/texts";
import { askAgain } from "../job/ordering";
import type { Offer } from "../new/order";
import { confirm } from "../parts/confirm";
import { fileName, save } from "../parts/save";
import { tell } from "../parts/toasts";
import { nameOf, ZIPPED, type Download, type Job } from "./job";

/** What one archive may have, and one answer name. */
export const MAX_CHOSEN = 500;

export async function downloadResult(job: Job, kind: Download): Promise<void> {
  try {
    const response = await answerOf(kind.call, { job_id: job.JobId, ...kind.parameters });
    save(await response.blob(), fileName(nameOf(job), kind.extension));
  } catch (error) {
    tell(text("jobs.notDownloaded", { name: nameOf(job), reason: reasonOf(error) }));
  }
}

export async function downloadZip(jobs: readonly Job[]): Promise<void> {
  try {
    const chosen = jobs.slice(0, MAX_CHOSEN).map((job) => job.JobId);
    const response = await answerOf("job/download_results", { job_ids: chosen, formats: ZIPPED });
    save(await response.blob(), fileName(text("jobs.zipName"), "zip"));
  } catch (error) {
    tell(text("jobs.zipFailed", { reason: reasonOf(error) }));
  }
}

/** Deletes jobs if that is wanted; returns whether it was. */
export async function deleteJobs(jobs: readonly Job[]): Promise<boolean> {
  const [first] = jobs;
  if (!first) return false;
  const isSure = await confirm({
    title:
      jobs.length > 1
        ? counted("jobs.deleteMany", jobs.length)
        : text("jobs.deleteTitle", { name: nameOf(first) }),
    explanation: text("jobs.deleteText"),
    yes: text("jobs.deleteYes"),
    isDangerous: true,
  });
  if (!isSure) return false;
  await each(jobs, (job) => call("job/delete", { job_id: job.JobId }), {
    done: (count) =>
      count === 1 && jobs.length === 1
        ? text("jobs.deleted", { name: nameOf(first) })
        : counted("jobs.deletedMany", count),
    failed: (job, reason) => text("jobs.notDeleted", { name: nameOf(job), reason }),
  });
  return true;
}

/** Orders another job on the recording of each, if that is wanted; returns whether it was. */
export async function transcribeAgain(
  jobs: readonly Job[],
  offer: Omit<Offer, "maxBytes">,
): Promise<boolean> {
  const work = await askAgain(jobs, offer);
  if (!work) return false;
  await each(jobs, work, {
    done: (count) => counted("jobs.orderedAgain", count),
    failed: (job, reason) => text("jobs.notOrderedAgain", { name: nameOf(job), reason }),
  });
  return true;
}

interface Words {
  readonly done: (count: number) => string;
  readonly failed: (job: Job, reason: string) => string;
}

/** Does it to one after the other, and says what became of it; a failure stops none of the others. */
async function each(jobs: readonly Job[], work: (job: Job) => Promise<unknown>, words: Words): Promise<void> {
  let count = 0;
  for (const job of jobs) {
    try {
      await work(job);
      count += 1;
    } catch (error) {
      tell(words.failed(job, reasonOf(error)));
    }
  }
  if (count) tell(words.done(count));
}
