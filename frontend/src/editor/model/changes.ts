/** What is to be saved: the segments in which the script differs from the version that the server has. */

import { isEmpty, textOf, type Segment } from "./elementlist";
import type { Row } from "./rows";

/** Rows that take the place of `removed` ones, counted from 0 in the version that was edited. */
export interface Change {
  readonly first: number;
  readonly removed: number;
  readonly rows: readonly Row[];
  /** The texts that are replaced. */
  readonly was: readonly string[];
}

/** Returns what to save. A row without words is not saved: the server has no such segments. */
export function changesBetween(base: readonly Row[], now: readonly Row[]): Change[] {
  const places = new Map(base.map((row, place) => [row.id, place]));
  const changes: Change[] = [];
  let open: { first: number; rows: Row[]; end: number } | null = null;
  let place = 0;
  const begin = (): { first: number; rows: Row[]; end: number } =>
    (open ??= { first: place, rows: [], end: place });
  const close = (): void => {
    if (open) {
      const { first, rows, end } = open;
      const was = base.slice(first, end).map((row) => textOf(row.segment));
      changes.push({ first, removed: end - first, rows, was });
    }
    open = null;
  };
  for (const row of now) {
    if (isEmpty(row.segment)) continue;
    const found = places.get(row.id);
    if (found === undefined || found < place) {
      begin().rows.push(row);
      continue;
    }
    if (found > place) {
      begin().end = found;
      place = found;
    }
    if (base[found] === row) {
      close();
      place = found + 1;
    } else {
      const change = begin();
      change.rows.push(row);
      place = found + 1;
      change.end = place;
    }
  }
  if (place < base.length) begin().end = base.length;
  close();
  return changes;
}

/** Returns the rows with changes made, whose places are those in `rows`. */
export function withChanges(rows: readonly Row[], changes: readonly Change[]): Row[] {
  const found = [...rows];
  for (const change of [...changes].reverse()) found.splice(change.first, change.removed, ...change.rows);
  return found;
}

/** The body of `review/save_segments`. */
export function segmentsOf(
  changes: readonly Change[],
): { first: number; removed: number; segments: Segment[] }[] {
  return changes.map(({ first, removed, rows }) => ({
    first,
    removed,
    segments: rows.map((row) => row.segment),
  }));
}
