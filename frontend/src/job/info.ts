/** What the page knows of its job, and the calls that tell it. */

import { answerOf, call, type CallOptions } from "../frame/calls";
import type { Job } from "../jobs/job";
import type { Offer } from "../new/order";
import type { ElementList } from "./elementlist";

export interface PageData {
  readonly job: string;
  readonly name: string;
  readonly mayChange: boolean;
  readonly mayUpload: boolean;
  readonly mayRead: boolean;
  readonly mayAudit: boolean;
  readonly doubtBelow: number;
  /** Names of formats with the endings of their files. */
  readonly formats: readonly (readonly [name: string, ending: string])[];
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly offer: Omit<Offer, "maxBytes">;
}

export interface Decision {
  readonly Decision: "approved" | "rejected";
  readonly Comment: string;
  readonly Date: string;
}

/** A list that its customer is asked to approve. */
export interface AwaitedVersion {
  readonly iwp_name: string;
  readonly version: string;
}

export interface JobInfo extends Job {
  readonly CompletedDate: string;
  readonly Engine?: string;
  readonly Words?: number;
  readonly WordsInDoubt?: number;
  readonly UnrecognizedSeconds?: number;
  readonly RecordingErasedDate?: string;
  readonly ResultsErasedDate?: string;
  readonly ReviewDecisions?: readonly Decision[];
  readonly AwaitsApproval?: AwaitedVersion;
  readonly SameRecording?: readonly string[];
  readonly ReturnTargets: { readonly url?: readonly { readonly callback_url: string }[] };
  readonly Options: Readonly<Record<string, { readonly label: string; readonly setting: unknown }>>;
}

export interface Version {
  readonly iwp_name: string;
  readonly version: string;
}

export interface Callback {
  readonly callback_id: string;
  readonly iwp_name: string;
  readonly url: string;
  readonly state: string;
  readonly next_try: string;
  readonly tries: readonly {
    readonly at: string;
    readonly http_status?: number;
    readonly problem: string;
  }[];
}

export interface Guideline {
  readonly name: string;
  readonly added: string;
  readonly size: number;
  readonly text?: string;
  readonly truncated?: boolean;
}

export interface AuditEntry {
  readonly at: string;
  readonly call: string;
  readonly username: string;
  readonly person: string;
  readonly address: string;
  readonly outcome: string;
}

export function readInfo(job: string, options: CallOptions): Promise<JobInfo> {
  return call<JobInfo>("job/info", { job_id: job }, options);
}

export function readVersions(job: string, options: CallOptions): Promise<readonly Version[]> {
  return call<readonly Version[]>("job/list_elementlists", { job_id: job }, options);
}

export function readList(job: string, version: Version, options: CallOptions): Promise<ElementList> {
  const which = { job_id: job, elementlist_version: version.version };
  return call<ElementList>("job/get_elementlist", which, options);
}

/** What this person is asked to approve. */
export function awaitedOf(data: PageData, info: JobInfo | null): AwaitedVersion | undefined {
  return data.mayChange && data.mayRead ? info?.AwaitsApproval : undefined;
}

/** Reads the list that waits for the customer's approval, which may have been saved and not published. */
export async function readAwaited(job: string, options: CallOptions): Promise<ElementList> {
  const work = { job_id: job, kind: "approval" };
  return (await call<{ elementlist: ElementList }>("review/elementlist", work, options)).elementlist;
}

/** Reads the captions of a version as WebVTT; with sounds, as people who do not hear need them. */
export async function readCaptions(job: string, version: Version, options: CallOptions): Promise<string> {
  const answer = await answerOf(
    "job/get_caption",
    {
      job_id: job,
      elementlist_version: version.version,
      caption_format: "WEB_VTT",
      remove_sound_references: false,
    },
    options,
  );
  return answer.text();
}
