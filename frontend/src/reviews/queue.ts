/** The passes of review: those that wait, that the person has taken, and that others have. */

import { call, CallError, type CallOptions } from "../frame/calls";
import { page } from "../frame/page";

export interface Pass {
  readonly job_id: string;
  readonly job_name: string;
  readonly username: string;
  readonly iwp_name: string;
  readonly status: "open" | "taken";
  readonly taken_by: string;
  readonly mine: boolean;
  readonly language: string;
  readonly priority: string;
  readonly due: string;
  readonly media_length?: number;
  readonly notes: string;
  readonly decisions: readonly {
    readonly decision: "approved" | "rejected";
    readonly comment: string;
  }[];
}

const CONFLICT = 409;

/** Reads all of them, the most urgent first. */
export function readPasses(options: CallOptions): Promise<readonly Pass[]> {
  return call<readonly Pass[]>("review/list", { others: true }, options);
}

/** Where a transcript is corrected. */
export function editorUrl(job: string): string {
  return `${page.base}/web/jobs/${job}/edit`;
}

export function takePass(job: string): Promise<unknown> {
  return call("review/take", { job_id: job });
}

/** Takes the most urgent pass that waits, and returns its job; null where none does. Throws as call does. */
export async function takeNext(): Promise<string | null> {
  for (const pass of await readPasses({})) {
    if (pass.status !== "open") continue;
    try {
      await takePass(pass.job_id);
      return pass.job_id;
    } catch (error) {
      if (!(error instanceof CallError) || error.status !== CONFLICT) throw error; // somebody was faster
    }
  }
  return null;
}
