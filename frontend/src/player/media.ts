/** What of a job's recording can be played, as the server says it. */

import { CallError, readPage } from "../frame/calls";
import type { DescriptionTexts, MediaDescription } from "./description";

const NOT_FOUND = [404, 410];

export interface MediaSource {
  readonly url: string;
  readonly type: string;
  /** Whether it was made for browsers, because they cannot play the recording itself. */
  readonly proxy: boolean;
}

export interface Peaks {
  readonly url: string;
  readonly per_second: number;
  readonly overview_url: string;
  readonly overview_per_second: number;
}

/** One picture with many small ones, from left to right and from top to bottom. */
export interface Thumbnails {
  readonly url: string;
  readonly every_ms: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly count: number;
}

/** What becomes of a recording; `refused` and `erased` say why, and when. */
export type MediaState = "none" | "fetching" | "preparing" | "playable" | "refused" | "erased";

export interface Media {
  readonly state: MediaState;
  /** null: there is no recording, or no longer. */
  readonly kind: "video" | "sound" | null;
  readonly duration_ms: number | null;
  readonly source: MediaSource | null;
  /** Whether something better is being made. */
  readonly preparing: boolean;
  /** Whether it is a video of which only the sound can be played so far. */
  readonly sound_only: boolean;
  /** Why it cannot be played, in English; null where it can be, or will. */
  readonly refused: string | null;
  /** When it was erased, in UTC. */
  readonly erased: string | null;
  readonly peaks: Peaks | null;
  readonly thumbnails: Thumbnails | null;
  /** null: nothing describes the picture. */
  readonly description: MediaDescription | null;
}

/** Returns whether something of it is being made. */
export function isAwaited(media: Media): boolean {
  return media.preparing || media.description?.preparing === true;
}

/** Reads what can be played; asking starts what is missing. Throws as readPage does. */
export function readMedia(job: string, isBackground: boolean): Promise<Media> {
  return readPage<Media>(`/web/jobs/${job}/media`, { isBackground });
}

/** Returns whether there is no recording, or no job, any more: what readMedia throws may say so. */
export function isGone(error: unknown): boolean {
  return error instanceof CallError && NOT_FOUND.includes(error.status);
}

/** Reads what is said of the picture. Throws as readPage does. */
export function readDescription(job: string): Promise<DescriptionTexts> {
  return readPage<DescriptionTexts>(`/web/jobs/${job}/media/description`, { isBackground: true });
}
