/** Terms of the job's guidelines that a row may mean: written a little differently, or in other case. */

import { placesOf, type Segment } from "./model/elementlist";
import { coreSpan } from "./model/tokens";

export interface TermOffer {
  readonly from: number;
  readonly to: number;
  readonly was: string;
  readonly term: string;
}

const SHORTEST = 4;

export function termOffers(segment: Segment, terms: readonly string[]): TermOffer[] {
  const places = placesOf(segment);
  const found: TermOffer[] = [];
  for (const term of terms) {
    const wanted = term.toLowerCase();
    const length = term.split(/\s+/u).length;
    for (let first = 0; first + length <= places.length; first += 1) {
      const window = places.slice(first, first + length);
      const was = window.map((each) => spelled(each.text)).join(" ");
      const near = was !== term && (was.toLowerCase() === wanted || isNear(was.toLowerCase(), wanted));
      const [start, end] = [window[0], window.at(-1)];
      if (!near || !start || !end) continue;
      const from = start.from + coreSpan(start.text)[0];
      const to = end.from + coreSpan(end.text)[1];
      found.push({ from, to, was, term });
    }
  }
  return found.slice(0, 4);
}

function spelled(unit: string): string {
  return unit.slice(...coreSpan(unit));
}

/** Whether one edit in five letters, or fewer, leads from one word to the other (Levenshtein). */
function isNear(one: string, other: string): boolean {
  const most = Math.floor(Math.max(one.length, other.length) / 5);
  if (Math.min(one.length, other.length) < SHORTEST || most < 1) return false;
  if (Math.abs(one.length - other.length) > most) return false;
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let x = 1; x <= one.length; x += 1) {
    const next = [x];
    for (let y = 1; y <= other.length; y += 1) {
      const isSame = one[x - 1] === other[y - 1];
      next.push(Math.min((row[y] ?? 0) + 1, (next[y - 1] ?? 0) + 1, (row[y - 1] ?? 0) + (isSame ? 0 : 1)));
    }
    row = next;
  }
  return (row[other.length] ?? Infinity) <= most;
}
