/** Finding words in a transcript: case and accents do not count. */

import type { Passage } from "./passages";

export interface Hit {
  readonly passage: number;
  /** Where it begins and ends in the passage's text. */
  readonly from: number;
  readonly to: number;
}

const MAX_HITS = 5_000;
const MARKS = /\p{M}/gu;

interface Folded {
  readonly text: string;
  /** The place in the text of each character of what was folded, and the length at the end. */
  readonly places: readonly number[];
}

function plain(text: string): string {
  return text.normalize("NFD").replace(MARKS, "").toLowerCase();
}

function fold(text: string): Folded {
  const places: number[] = [];
  let folded = "";
  for (const [at, letter] of eachLetter(text)) {
    const found = plain(letter);
    for (let count = 0; count < found.length; count += 1) places.push(at);
    folded += found;
  }
  places.push(text.length);
  return { text: folded, places };
}

function* eachLetter(text: string): Generator<readonly [number, string]> {
  let at = 0;
  for (const letter of text) {
    yield [at, letter];
    at += letter.length;
  }
}

/** Returns where the wanted text stands, in the order of the transcript; at most MAX_HITS. */
export function findHits(passages: readonly Passage[], wanted: string): readonly Hit[] {
  const needle = plain(wanted.trim());
  if (!needle) return [];
  const hits: Hit[] = [];
  for (const [index, { text }] of passages.entries()) {
    if (!plain(text).includes(needle)) continue;
    const folded = fold(text);
    let from = folded.text.indexOf(needle);
    for (; from >= 0; from = folded.text.indexOf(needle, from + needle.length)) {
      const begin = folded.places[from] ?? 0;
      hits.push({ passage: index, from: begin, to: folded.places[from + needle.length] ?? text.length });
      if (hits.length === MAX_HITS) return hits;
    }
  }
  return hits;
}
