/** A job as the API shows it, and what its state is called. */

import { text, textOf, type Key } from "../frame/texts";

/** The part of the API's Job object that pages use. */
export interface Job {
  readonly JobId: string;
  readonly JobName: string;
  readonly JobStatus: string;
  readonly SourceLanguage: string;
  readonly TargetLanguage: string;
  readonly ExternalID: string;
  readonly Username: string;
  readonly CreationDate: string;
  readonly DueDate: string;
  readonly Progress: number;
  readonly MediaLengthSeconds?: number;
  readonly FailureReason?: string;
  readonly Notice?: string;
  readonly Late?: boolean;
  readonly Fidelity?: string;
  readonly Priority?: string;
}

export const STATUSES = [
  "Authorizing",
  "Pending",
  "In Process",
  "Reviewing",
  "Complete",
  "Media Failure",
] as const;

type Tone = "calm" | "wait" | "busy" | "good" | "bad";

const TONES: Readonly<Record<string, Tone>> = {
  Authorizing: "wait",
  Pending: "calm",
  "In Process": "busy",
  Reviewing: "busy",
  Complete: "good",
  "Media Failure": "bad",
};

export function toneOf(job: Job): Tone {
  return TONES[job.JobStatus] ?? "calm";
}

export function statusName(status: string): string {
  return textOf("status", status.replace(" ", ""));
}

/** Names the state, which for a waiting job depends on whether it was ordered. */
export function stateOf(job: Job): string {
  if (job.JobStatus === "Pending" && !job.DueDate) return text("status.notOrdered");
  return statusName(job.JobStatus);
}

export function nameOf(job: Job): string {
  return job.JobName || text("app.unnamed");
}

/** Whether the job's results can be had. */
export function isComplete(job: Job): boolean {
  return job.JobStatus === "Complete";
}

export function hasEnded(job: Job): boolean {
  return isComplete(job) || job.JobStatus === "Media Failure";
}

/** The formats of an archive of results. */
export const ZIPPED = ["WEB_VTT", "SRT", "TRANSCRIPT", "ELEMENT_LIST"];

export interface Download {
  readonly label: Key;
  readonly call: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly extension: string;
}

export const DOWNLOADS: readonly Download[] = [
  {
    label: "jobs.downloadVtt",
    call: "job/get_caption",
    parameters: { caption_format: "WEB_VTT" },
    extension: "vtt",
  },
  {
    label: "jobs.downloadSrt",
    call: "job/get_caption",
    parameters: { caption_format: "SRT" },
    extension: "srt",
  },
  { label: "jobs.downloadText", call: "job/get_transcript", parameters: {}, extension: "txt" },
];
