/** Segments and rows made from texts: each word lasts 300 ms, and follows the one before it at once. */

import { textOf, type Segment } from "../../src/editor/model/elementlist";
import { RowIds, rowsOf, type Row, type Script } from "../../src/editor/model/rows";
import { tokensOf, unitsOf } from "../../src/editor/model/tokens";

export const WORD_MS = 300;

export function said(text: string, start = 0, language = "en", speaker?: number): Segment {
  const sequences = unitsOf(text, language).map((unit, number) => {
    const from = start + number * WORD_MS;
    const to = from + WORD_MS;
    return {
      start_time: from,
      end_time: to,
      interpolated: false,
      tokens: tokensOf(unit, from, to, false),
      confidence_score: 0.9,
    };
  });
  return {
    start_time: start,
    end_time: sequences.at(-1)?.end_time ?? start,
    sequences,
    interpolated: false,
    speaker_change: false,
    ...(speaker !== undefined && { speaker_id: speaker }),
  };
}

export interface Sample {
  readonly script: Script;
  readonly ids: RowIds;
}

/** Rows that follow each other with a second of silence between them. */
export function script(...texts: string[]): Sample {
  const ids = new RowIds();
  let start = 0;
  const segments = texts.map((text) => {
    const segment = said(text, start);
    start = segment.end_time + 1_000;
    return segment;
  });
  return { script: { rows: rowsOf(segments, ids), speakers: [], language: "en", doubtBelow: 0.5 }, ids };
}

export function texts(rows: readonly Row[]): string[] {
  return rows.map((row) => textOf(row.segment));
}

/** The times of a segment's words, with a question mark behind those that are estimated. */
export function times(segment: Segment): string[] {
  return segment.sequences.map(
    (each) => `${each.start_time}–${each.end_time}${each.interpolated ? "?" : ""}`,
  );
}

export function row(rows: readonly Row[], place: number): Row {
  const found = rows[place];
  if (!found) throw new Error(`There is no row ${place}`);
  return found;
}
