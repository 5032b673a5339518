/** What would be wrong with the captions of a row: the limits of broadcasters' guides, by characters and time. */

import { text } from "../frame/texts";
import { isEmpty, textOf, type Segment } from "./model/elementlist";

export interface Warning {
  readonly message: string;
}

/** Characters a second that viewers can read, and how short speech may be shown (Netflix, BBC). */
const READABLE = 20;
const READABLE_UNSPACED = 9;
const LEAST_MS = 300;
const UNSPACED = new Set(["ja", "ko", "zh", "th", "lo", "km", "my"]);

export function warningsOf(segment: Segment, language: string): Warning[] {
  if (isEmpty(segment)) return [{ message: text("edit.warnEmpty") }];
  const found: Warning[] = [];
  const length = segment.end_time - segment.start_time;
  const characters = Array.from(textOf(segment)).length;
  const limit = UNSPACED.has(language.split("-")[0] ?? "") ? READABLE_UNSPACED : READABLE;
  if (length < LEAST_MS) found.push({ message: text("edit.warnShort") });
  else if ((characters * 1000) / length > limit) {
    const speed = Math.round((characters * 1000) / length);
    found.push({ message: text("edit.warnFast", { speed, limit }) });
  }
  return found;
}
