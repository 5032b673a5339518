/** The calls of the editor. */

import { call, CallError } from "../frame/calls";
import { readMedia, type Media } from "../player/media";
import { segmentsOf, type Change } from "./model/changes";
import type { ElementList, Segment, Speaker } from "./model/elementlist";
import type { SavedChanges } from "./model/merging";
import type { Stretch } from "./model/stretches";

/** What the server says to the editor's page. */
export interface EditorData {
  readonly job: string;
  readonly name: string;
  readonly status: string;
  readonly language: string;
  readonly durationMs: number;
  readonly kind: "review" | "correction";
  readonly isBegun: boolean;
  /** What is begun, or would be, is a correction of a finished job. */
  readonly isCorrection: boolean;
  /** The confidence below which a word is in doubt. */
  readonly doubtBelow: number;
  /** How names and terms are spelled, from the guidelines of the job. */
  readonly terms: readonly string[];
  readonly draftKey: string | null;
  /** How a stretch may be listened to again; null: this list is not what is said in the recording. */
  readonly listening: ListeningOffer | null;
}

export interface ListeningOffer {
  /** Of the recording, in which a stretch is recognized where nothing else is chosen. */
  readonly language: string;
  readonly languages: readonly string[];
  readonly detectsLanguage: boolean;
  readonly shortestMs: number;
  readonly longestMs: number;
}

/** A stretch that is listened to again, and what was heard in it. */
export interface HeardStretch extends Stretch {
  readonly task_id: string;
  readonly status: "QUEUED" | "INPROGRESS" | "COMPLETE" | "FAILED" | "ABORTED";
  readonly problem: string;
  readonly language: string;
  readonly notice: string;
  readonly segments: readonly Segment[];
}

export interface WorkingList {
  readonly version: string;
  readonly versions: readonly string[];
  readonly decisions: readonly Decision[];
  readonly elementlist: ElementList;
}

export interface Decision {
  readonly decision: string;
  readonly comment: string;
  readonly username: string;
  readonly at: string;
}

/** A save, which has the same id however often it is sent. */
export interface Save {
  readonly id: string;
  readonly base: string;
  readonly changes: readonly Change[];
  readonly speakers: readonly Speaker[];
}

export interface Saved {
  readonly version: string;
  readonly changes: readonly { readonly first: number; readonly removed: number; readonly added: number }[];
  readonly merged: boolean;
}

const CONFLICT = 409;
const NOT_FOUND = [404, 410];
const PATIENCE_MS = 60_000;

export function isConflict(error: unknown): error is CallError {
  return error instanceof CallError && error.status === CONFLICT;
}

export class EditorService {
  private readonly pass: { readonly job_id: string; readonly kind: string };

  constructor(data: EditorData) {
    this.pass = { job_id: data.job, kind: data.kind };
  }

  take(): Promise<unknown> {
    return call("review/take", this.pass);
  }

  read(isBackground = false): Promise<WorkingList> {
    return call("review/elementlist", this.pass, { isBackground });
  }

  /** Reads an earlier version that was saved in this pass. */
  async readSaved(version: string): Promise<ElementList> {
    return (await call<WorkingList>("review/elementlist", { ...this.pass, version })).elementlist;
  }

  changesSince(version: string): Promise<SavedChanges[]> {
    return call("review/changes", { ...this.pass, since: version }, { isBackground: true });
  }

  save(save: Save): Promise<Saved> {
    const body = JSON.stringify({ changes: segmentsOf(save.changes), speakers: save.speakers });
    return call(
      "review/save_segments",
      { ...this.pass, base_version: save.base, save_id: save.id },
      { file: new Blob([body]), signal: AbortSignal.timeout(PATIENCE_MS) },
    );
  }

  /** Returns null where there is no recording, and undefined where that cannot be known now. */
  async media(): Promise<Media | null | undefined> {
    try {
      return await readMedia(this.pass.job_id, true);
    } catch (error) {
      return error instanceof CallError && NOT_FOUND.includes(error.status) ? null : undefined;
    }
  }

  realign(): Promise<unknown> {
    return call("review/realign", this.pass, { isBackground: true });
  }

  /** Has a stretch listened to again; an empty language is that of the recording. */
  async recognize({ start, end }: Stretch, language: string): Promise<string> {
    const asked = { start: Math.round(start), end: Math.round(end), ...(language && { language }) };
    return (await call<{ task_id: string }>("review/recognize", { ...this.pass, ...asked })).task_id;
  }

  /** What was asked for in this pass, or one of it; none where it is forgotten. */
  recognized(task?: string): Promise<HeardStretch[]> {
    const which = task === undefined ? {} : { task_id: task };
    return call("review/recognized", { ...this.pass, ...which }, { isBackground: true });
  }

  forgetRecognized(task: string): Promise<unknown> {
    return call("review/forget_recognized", { ...this.pass, task_id: task }, { isBackground: true });
  }

  approve(): Promise<unknown> {
    return call("review/approve", this.pass);
  }

  release(): Promise<unknown> {
    return call("review/release", this.pass);
  }
}

export function newSaveId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
