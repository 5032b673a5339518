/** The ElementList as the API sends it: a transcript in which every word has a time, in whole milliseconds. */

export interface Token {
  readonly type: "word" | "punctuation" | "sound";
  readonly value: string;
  readonly display_as: string;
  readonly start_time: number;
  readonly end_time: number;
  /** The time is estimated, not heard. */
  readonly interpolated: boolean;
  readonly tags: readonly string[];
  readonly style?: string;
}

/** What no space divides: a word and its punctuation. */
export interface Sequence {
  readonly start_time: number;
  readonly end_time: number;
  readonly tokens: readonly Token[];
  readonly interpolated: boolean;
  readonly confidence_score?: number;
  readonly style?: string;
}

/** One sentence of one speaker. */
export interface Segment {
  readonly start_time: number;
  readonly end_time: number;
  readonly sequences: readonly Sequence[];
  readonly interpolated: boolean;
  readonly speaker_change: boolean;
  readonly speaker_id?: number;
  readonly style?: string;
}

export interface Speaker {
  readonly id: number;
  readonly name: string;
  readonly gender: string;
}

export interface ElementList {
  readonly start_time: number;
  readonly end_time: number;
  readonly language: string;
  readonly segments: readonly Segment[];
  readonly speakers: readonly Speaker[];
}

/** Writing that puts no spaces between words, and the marks beside it, as the server tells it. */
const LETTERS =
  "\\u3005-\\u3007\\u3021-\\u3029\\u3031-\\u3035\\u303b\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff" +
  "\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9d\\u{20000}-\\u{3ffff}" +
  "\\u0e01-\\u0e3a\\u0e40-\\u0e4e\\u0e81-\\u0ebd\\u0ec0-\\u0ece\\u1000-\\u104a\\u1780-\\u17d3\\u0f40-\\u0fbc";
const MARKS =
  "\\u3000-\\u3003\\u3008-\\u3020\\u3030\\u30fb\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65";
const UNSPACED_LETTER = new RegExp(`[${LETTERS}]`, "u");
const UNSPACED_END = new RegExp(`[${LETTERS}${MARKS}]$`, "u");
const UNSPACED_START = new RegExp(`^[${LETTERS}${MARKS}]`, "u");
const LAST = /.$/su;
const FIRST = /^./su;

export function isUnspaced(text: string): boolean {
  return UNSPACED_LETTER.test(text);
}

/** Whether two texts are joined without a space, since both are of writing that has none. */
function areUnspaced(before: string, after: string): boolean {
  if (!UNSPACED_END.test(before) || !UNSPACED_START.test(after)) return false;
  const [last, first] = [LAST.exec(before)?.[0] ?? "", FIRST.exec(after)?.[0] ?? ""];
  return isUnspaced(last) || isUnspaced(first);
}

export function textOfSequence(sequence: Sequence): string {
  return sequence.tokens.map((token) => token.display_as).join("");
}

/** A sequence's place in the text of its segment, in UTF-16 units as the DOM counts. */
export interface Placed {
  readonly sequence: Sequence;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const placed = new WeakMap<Segment, readonly Placed[]>();

/** Says where each sequence stands in the segment's text. */
export function placesOf(segment: Segment): readonly Placed[] {
  const known = placed.get(segment);
  if (known) return known;
  const found: Placed[] = [];
  let end = 0;
  let before = "";
  for (const sequence of segment.sequences) {
    const text = textOfSequence(sequence);
    const from = found.length && !areUnspaced(before, text) ? end + 1 : end;
    end = from + text.length;
    before = text;
    found.push({ sequence, text, from, to: end });
  }
  placed.set(segment, found);
  return found;
}

export function textOf(segment: Segment): string {
  let text = "";
  for (const each of placesOf(segment)) text += (each.from > text.length ? " " : "") + each.text;
  return text;
}

export function isEmpty(segment: Segment): boolean {
  return segment.sequences.length === 0;
}
