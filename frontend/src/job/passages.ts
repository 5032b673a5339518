/**
 * The transcript as people read it: segments of one speaker, joined to passages, and what describes the picture where it
 * is heard. Times are milliseconds.
 */

import type { DescriptionText, DescriptionTexts } from "../player/description";
import type { ElementList, Segment, Sequence } from "./elementlist";

/** missing: speech that the recognizer could not make out; doubt: a word of which it is unsure. */
export type Kind = "word" | "doubt" | "sound" | "missing";

export interface Piece {
  /** Where it begins in the passage's text. */
  readonly at: number;
  readonly text: string;
  readonly start: number;
  readonly kind: Kind;
}

export interface Passage {
  readonly start: number;
  readonly end: number;
  /** Empty where the speaker is that of the passage before, or nobody knows. */
  readonly speaker: string;
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** The language of what describes the picture, empty where it is not known; undefined for what is said. */
  readonly describedIn?: string;
}

const LONGEST_CHARACTERS = 320;
const LONGEST_PAUSE_MS = 2_000;
/** The style of a sound that stands for speech which was not recognized. */
const UNRECOGNIZED = "unrecognized";
/** Scripts that are written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]/u;

/** doubtBelow: the confidence below which a word is in doubt; 0: none is. described: what describes the picture. */
export function passagesOf(
  list: ElementList,
  doubtBelow: number,
  described: DescriptionTexts | null = null,
): readonly Passage[] {
  const names = new Map(list.speakers.map((each) => [each.id, each.name]));
  const found: Passage[] = [];
  let open: Segment[] = [];
  let length = 0;
  let last: string | null = null;
  const waiting = [...(described?.texts ?? [])].reverse();

  const close = (): void => {
    const passage = passageOf(open, doubtBelow);
    const name = names.get(open[0]?.speaker_id ?? -1) ?? "";
    if (passage.text) {
      found.push({ ...passage, speaker: name !== last ? name : "" });
      last = name;
    }
    open = [];
    length = 0;
  };
  const describeUntil = (time: number): void => {
    for (let next = waiting.at(-1); next && next.start_ms <= time; next = waiting.at(-1)) {
      if (open.length) close();
      found.push(descriptionPassage(next, described?.language ?? ""));
      waiting.pop();
    }
  };
  for (const segment of list.segments) {
    describeUntil(segment.start_time);
    const before = open.at(-1);
    if (before && (length > LONGEST_CHARACTERS || begins(segment, before))) close();
    open.push(segment);
    length += lengthOf(segment);
  }
  if (open.length) close();
  describeUntil(Infinity);
  return found;
}

function descriptionPassage({ start_ms, end_ms, text }: DescriptionText, language: string): Passage {
  const pieces: readonly Piece[] = [{ at: 0, text, start: start_ms, kind: "word" }];
  return { start: start_ms, end: end_ms, speaker: "", text, pieces, describedIn: language };
}

function begins(segment: Segment, before: Segment): boolean {
  return (
    segment.speaker_change === true ||
    segment.speaker_id !== before.speaker_id ||
    segment.start_time - before.end_time > LONGEST_PAUSE_MS
  );
}

function lengthOf(segment: Segment): number {
  let length = 0;
  for (const { tokens } of segment.sequences) for (const token of tokens) length += token.display_as.length;
  return length;
}

function passageOf(segments: readonly Segment[], doubtBelow: number): Passage {
  const pieces: Piece[] = [];
  let text = "";
  for (const segment of segments) {
    for (const sequence of segment.sequences) {
      const shown = sequence.tokens.map((token) => token.display_as).join("");
      if (!shown) continue;
      if (text && !areUnspaced(text, shown)) text += " ";
      pieces.push({
        at: text.length,
        text: shown,
        start: sequence.start_time,
        kind: kindOf(sequence, doubtBelow),
      });
      text += shown;
    }
  }
  return {
    start: segments[0]?.start_time ?? 0,
    end: segments.at(-1)?.end_time ?? 0,
    speaker: "",
    text,
    pieces,
  };
}

function areUnspaced(before: string, after: string): boolean {
  return UNSPACED.test(before.slice(-1)) && UNSPACED.test(after.charAt(0));
}

function kindOf(sequence: Sequence, doubtBelow: number): Kind {
  const sound = sequence.tokens.find((token) => token.type === "sound");
  if (sound) return sound.style === UNRECOGNIZED ? "missing" : "sound";
  const score = sequence.confidence_score;
  return score !== undefined && score < doubtBelow ? "doubt" : "word";
}

/** Returns the index of the last item that begins at or before a time; -1 where all begin later. */
export function indexAt(items: readonly { readonly start: number }[], time: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.start ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Returns the piece at a place of the passage's text. */
export function pieceAt(passage: Passage, at: number): Piece | undefined {
  return passage.pieces.findLast((piece) => piece.at <= at) ?? passage.pieces[0];
}
