/** What describes the picture of a recording, as the server says it. Times are milliseconds. */

/** What the server's voice says, from the beginning of the recording to the end of the last text. */
export interface SpokenDescription {
  readonly url: string;
  readonly type: string;
  /** When somebody is heard in it. */
  readonly spans_ms: readonly (readonly [from: number, to: number])[];
}

export interface MediaDescription {
  /** Of the texts. */
  readonly version: string;
  /** null: it is not made yet, or cannot be. */
  readonly spoken: SpokenDescription | null;
  readonly preparing: boolean;
  /** Why it cannot be spoken by the server, in English. */
  readonly refused: string | null;
}

export interface DescriptionText {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly text: string;
}

export interface DescriptionTexts {
  readonly language: string;
  readonly texts: readonly DescriptionText[];
}

const SHORTEST_MS = 2_500;
const LETTER_MS = 65;

/** Returns which text belongs to a time: the last that has begun and that somebody still reads or hears; else -1. */
export function textAt(texts: readonly DescriptionText[], time: number): number {
  const index = texts.findLastIndex((each) => each.start_ms <= time);
  const found = texts[index];
  if (!found) return -1;
  const reading = Math.max(SHORTEST_MS, found.text.length * LETTER_MS);
  return time < Math.max(found.end_ms, found.start_ms + reading) ? index : -1;
}
