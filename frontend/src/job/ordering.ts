/** Orders that are made for recordings that are there. */

import { call } from "../frame/calls";
import { counted, text } from "../frame/texts";
import type { Job } from "../jobs/job";
import { firstOrder, type Offer } from "../new/order";
import { AS_BEFORE, askOrder, type Asked } from "./order-dialog";

type Offered = Omit<Offer, "maxBytes">;

function firstAsked(job: Job, offer: Offered): Asked {
  const usual = firstOrder({ ...offer, maxBytes: 0 });
  const priorities = offer.priorities.map(([name]) => name);
  const given = job.Priority ?? "";
  return {
    name: job.JobName,
    language: offer.languages.includes(job.SourceLanguage) ? job.SourceLanguage : usual.language,
    fidelity: usual.fidelity,
    priority: priorities.includes(given) ? given : usual.priority,
  };
}

/** Orders another job on the recording, if it is wanted; returns that job, null where it is not. */
export async function orderAgain(job: Job, offer: Offered): Promise<string | null> {
  const work = await askAgain([job], offer);
  return work && work(job);
}

/**
 * Asks how the recordings of jobs are to be transcribed again. Returns what orders that for one of them and resolves
 * to the new job; null where it is not wanted.
 */
export async function askAgain(
  jobs: readonly Job[],
  offer: Offered,
): Promise<((job: Job) => Promise<string>) | null> {
  const [first] = jobs;
  if (!first) return null;
  const isOne = jobs.length === 1;
  const usual = firstAsked(first, offer);
  const asked = await askOrder({
    title: isOne ? text("again.title") : counted("again.titleMany", jobs.length),
    explanation: text("again.text"),
    yes: text("again.yes"),
    offer,
    first: isOne ? usual : { ...usual, language: AS_BEFORE },
    asksName: isOne,
    languages: isOne ? "any" : "asBefore",
  });
  if (!asked) return null;
  return async (job) => {
    const { JobId: opened } = await call<{ JobId: string }>("job/again", {
      job_id: job.JobId,
      ...(isOne && { job_name: asked.name }),
      ...(asked.language !== AS_BEFORE && { language: asked.language }),
    });
    await order(opened, asked);
    return opened;
  };
}

/** Orders the job itself, which has a recording, if it is wanted; returns whether it was. */
export async function orderIt(job: Job, offer: Offered): Promise<boolean> {
  const asked = await askOrder({
    title: text("again.orderTitle"),
    explanation: text("again.orderText"),
    yes: text("again.order"),
    offer,
    first: firstAsked(job, offer),
    asksName: false,
    languages: "none",
  });
  if (!asked) return false;
  await order(job.JobId, asked);
  return true;
}

async function order(job: string, asked: Asked): Promise<void> {
  await call("job/perform_transcription", {
    job_id: job,
    transcription_fidelity: asked.fidelity,
    priority: asked.priority,
  });
}
