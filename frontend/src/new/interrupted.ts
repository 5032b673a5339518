/** Uploads that a reload or a crash has interrupted, remembered until their URL expires. */

import { recall, remember } from "../frame/remembered";
import { forgetHandle, keepHandle } from "./kept-handles";
import type { OpenedUpload, Recording } from "./recording";

const NAME = "uploads";
const URL_LIFE_MS = 12 * 3600 * 1000;
const ALIVE_MS = 15_000;

export interface Interrupted {
  readonly name: string;
  readonly size: number;
  readonly fingerprint: string;
  readonly upload: OpenedUpload;
  readonly opened: number;
  /** When a page last worked on it: another tab may be doing so now. */
  readonly seen: number;
}

function all(): readonly Interrupted[] {
  const now = Date.now();
  return ((recall(NAME) ?? []) as readonly Interrupted[]).filter((each) => now - each.opened < URL_LIFE_MS);
}

/** Those that no page works on. */
export function interruptedUploads(): readonly Interrupted[] {
  const now = Date.now();
  return all().filter((each) => now - each.seen > ALIVE_MS);
}

export function interruptedUploadOf(fingerprint: string): Interrupted | undefined {
  return all().find((each) => each.fingerprint === fingerprint);
}

export function keepUpload(recording: Recording): void {
  if (!recording.upload || !recording.fingerprint) return;
  const now = Date.now();
  const { name, size, fingerprint, upload } = recording;
  const kept = interruptedUploadOf(fingerprint);
  const others = all().filter((each) => each.fingerprint !== fingerprint);
  const opened = kept?.upload.url === upload.url ? kept.opened : now;
  remember(NAME, [...others, { name, size, fingerprint, upload, opened, seen: now }]);
  if (!kept && recording.file) void keepHandle(recording.file, fingerprint);
}

export function forgetUpload(fingerprint: string): void {
  void forgetHandle(fingerprint);
  remember(
    NAME,
    all().filter((each) => each.fingerprint !== fingerprint),
  );
}

/** Says that this page works on these no longer. */
export function letGo(recordings: readonly Recording[]): void {
  const ours = new Set(recordings.map((each) => each.fingerprint));
  remember(
    NAME,
    all().map((each) => (ours.has(each.fingerprint) ? { ...each, seen: 0 } : each)),
  );
}
