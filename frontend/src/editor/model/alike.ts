/** One correction, made everywhere: what was corrected in a row, and where the same stands elsewhere. */

import { difference } from "./diff";
import { placesOf, textOf, type Segment } from "./elementlist";
import type { Row, Script } from "./rows";
import { coreSpan } from "./tokens";

export interface Correction {
  readonly from: string;
  readonly to: string;
}

const MOST_WORDS = 5;
const LETTER = "\\p{L}\\p{N}\\p{M}";

/** Returns the words that one edit of a row has replaced by others; null where it did anything else. */
export function correctionOf(before: Segment, after: Segment): Correction | null {
  const [old, fresh] = [wordsOf(before), wordsOf(after)];
  const [hunk, ...others] = difference(old, fresh);
  if (!hunk || others.length || !hunk.removed || !hunk.added) return null;
  if (hunk.removed > MOST_WORDS || hunk.added > MOST_WORDS) return null;
  const from = old.slice(hunk.before, hunk.before + hunk.removed).join(" ");
  const to = fresh.slice(hunk.after, hunk.after + hunk.added).join(" ");
  return { from, to };
}

/** Words without the marks around them: those are not what was corrected. */
function wordsOf(segment: Segment): string[] {
  return placesOf(segment).map(({ text }) => text.slice(...coreSpan(text)));
}

export interface Search {
  readonly find: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
}

export function patternOf({ find, isCaseSensitive, isWholeWord }: Search): RegExp {
  const words = find
    .trim()
    .replace(/[.*+?^${}()|[\]\\]/gu, "\\$&")
    .replace(/\s+/gu, "\\s+");
  const source = isWholeWord ? `(?<![${LETTER}])${words}(?![${LETTER}])` : words;
  return new RegExp(source, isCaseSensitive ? "gu" : "giu");
}

export interface Found {
  readonly row: Row;
  readonly place: number;
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}

export function search(script: Script, wanted: Search): Found[] {
  if (!wanted.find.trim()) return [];
  const pattern = patternOf(wanted);
  const found: Found[] = [];
  script.rows.forEach((row, place) => {
    const text = textOf(row.segment);
    const spans = [...text.matchAll(pattern)].map(
      (match) => [match.index, match.index + match[0].length] as const,
    );
    if (spans.length) found.push({ row, place, text, spans });
  });
  return found;
}

/** Returns the text with what was found replaced; a capital at the beginning stays one where case does not count. */
export function replaced(
  { text, spans }: Pick<Found, "text" | "spans">,
  by: string,
  keepsCase: boolean,
): string {
  let result = "";
  let end = 0;
  for (const [from, to] of spans) {
    const old = text.slice(from, to);
    result += text.slice(end, from) + (keepsCase ? asCased(old, by) : by);
    end = to;
  }
  return result + text.slice(end);
}

function asCased(old: string, by: string): string {
  const first = old[0] ?? "";
  const isCapital = first !== first.toLowerCase();
  return isCapital && by ? by.charAt(0).toUpperCase() + by.slice(1) : by;
}
