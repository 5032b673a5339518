/** What others saved, and what a realignment has found, joined with what is not saved yet. */

import type { Change } from "./changes";
import { difference } from "./diff";
import { textOf, type Segment, type Speaker } from "./elementlist";
import type { Row, RowIds } from "./rows";
import { withTimesOf } from "./wording";

/** A change as `review/changes` has it: places are those in the list just before it. */
export interface SavedChange {
  readonly first: number;
  readonly removed: number;
  readonly segments: readonly Segment[];
}

export interface SavedChanges {
  readonly version: string;
  readonly username: string;
  readonly changes: readonly SavedChange[];
  readonly speakers: readonly Speaker[];
}

/** Two have edited the same rows: somebody must choose. */
export interface Conflict {
  /** The rows here, in order; none where they were removed. */
  readonly mine: readonly number[];
  readonly theirs: readonly Row[];
  readonly username: string;
}

export interface Merged {
  readonly base: readonly Row[];
  readonly now: readonly Row[];
  readonly conflicts: readonly Conflict[];
}

/** Applies what was saved elsewhere to the version that the server had, and to the rows as they are here. */
export function merged(
  base: readonly Row[],
  now: readonly Row[],
  saved: readonly SavedChange[],
  username: string,
  ids: RowIds,
): Merged {
  const conflicts: Conflict[] = [];
  const newBase = [...base];
  let newNow = [...now];
  for (const change of [...saved].reverse()) {
    const old = newBase.slice(change.first, change.first + change.removed);
    const fresh = renewed(old, change.segments, ids);
    const previous = newBase.slice(0, change.first);
    newBase.splice(change.first, change.removed, ...fresh);
    const place = old[0] ? newNow.findIndex((row) => row.id === old[0]?.id) : -1;
    if (!old.length) {
      newNow.splice(placeAfter(previous, newNow), 0, ...fresh);
    } else if (place >= 0 && old.every((row, number) => newNow[place + number] === row)) {
      newNow.splice(place, old.length, ...fresh);
    } else if (haveSameTexts(old, fresh)) {
      newNow = retimed(newNow, old, fresh);
    } else {
      const oldIds = new Set(old.map((row) => row.id));
      const mine = newNow.filter((row) => oldIds.has(row.id));
      if (haveSameTexts(mine, fresh)) {
        newNow = newNow.map((row) => fresh[mine.indexOf(row)] ?? row);
      } else {
        conflicts.push({ mine: mine.map((row) => row.id), theirs: fresh, username });
      }
    }
  }
  return { base: newBase, now: newNow, conflicts: conflicts.reverse() };
}

/** Returns the difference to a list that was saved as a whole, as one that was saved in segments. */
export function savedWhole(base: readonly Row[], segments: readonly Segment[]): SavedChange[] {
  const key = (segment: Segment): string => JSON.stringify([segment, textOf(segment)]);
  const hunks = difference(
    base.map((row) => key(row.segment)),
    segments.map(key),
  );
  return hunks.map((hunk) => ({
    first: hunk.before,
    removed: hunk.removed,
    segments: segments.slice(hunk.after, hunk.after + hunk.added),
  }));
}

/** Keeps the identity of rows that are replaced one by one; of a row that was divided the first part has it. */
function renewed(old: readonly Row[], segments: readonly Segment[], ids: RowIds): Row[] {
  return segments.map((segment, number) => ({ id: old[number]?.id ?? ids.next(), segment }));
}

function placeAfter(previous: readonly Row[], now: readonly Row[]): number {
  for (let place = previous.length - 1; place >= 0; place -= 1) {
    const found = now.findIndex((row) => row.id === previous[place]?.id);
    if (found >= 0) return found + 1;
  }
  return 0;
}

function haveSameTexts(some: readonly Row[], others: readonly Row[]): boolean {
  return (
    some.length === others.length &&
    some.every((row, number) => {
      const other = others[number];
      return (
        other !== undefined &&
        row.segment.speaker_id === other.segment.speaker_id &&
        textOf(row.segment) === textOf(other.segment)
      );
    })
  );
}

/** Only times have changed: they are taken for the words that are still there. */
function retimed(now: readonly Row[], old: readonly Row[], fresh: readonly Row[]): Row[] {
  const known = new Map(old.map((row, number) => [row.id, { row, fresh: fresh[number] }]));
  return now.map((row) => {
    const found = known.get(row.id);
    if (!found?.fresh) return row;
    if (row === found.row) return found.fresh;
    return { id: row.id, segment: withTimesOf(row.segment, found.fresh.segment) };
  });
}

/** A change that was not saved, where it belongs in a later version. */
export interface Moved {
  readonly change: Change;
  /** Somebody who has edited the same since, and whose text is now there. */
  readonly username: string | null;
}

/**
 * Returns an unsaved change in a version after others were saved. What was saved by the change itself, as `own` says,
 * is in nobody's way, nor are times that a realignment has found.
 */
export function movedThrough(
  change: Change,
  saves: readonly (SavedChanges & { readonly isOwn: boolean })[],
): Moved {
  let { first, removed } = change;
  let { was } = change;
  let username: string | null = null;
  for (const save of saves) {
    let [shift, growth] = [0, 0];
    let [from, to] = [first, first + removed];
    for (const other of save.changes) {
      const end = other.first + other.removed;
      const added = other.segments.length;
      if (end <= first) {
        shift += added - other.removed;
      } else if (other.first < first + removed) {
        const texts = other.segments.map(textOf);
        const isTimes =
          added === other.removed &&
          texts.every((text, number) => text === was[other.first - first + number]);
        if (!isTimes && !save.isOwn) username = save.username;
        [from, to] = [Math.min(from, other.first), Math.max(to, end)];
        growth += added - other.removed;
        was = [...was.slice(0, Math.max(0, other.first - first)), ...texts, ...was.slice(end - first)];
      }
    }
    removed = to - from + growth;
    first = from + shift;
  }
  return { change: { ...change, first, removed, was }, username };
}

/**
 * Returns an unsaved change in a list of which nobody knows what has happened to it since: where the texts are that it
 * replaces; elsewhere somebody must choose.
 */
export function foundByText(change: Change, texts: readonly string[]): Moved {
  const { was } = change;
  const isAt = (place: number): boolean => was.every((text, number) => texts[place + number] === text);
  if (was.length) {
    const places = texts.flatMap((_, place) => (isAt(place) ? [place] : []));
    const distance = (place: number): number => Math.abs(place - change.first);
    const [nearest] = places.sort((one, other) => distance(one) - distance(other));
    if (nearest !== undefined) return { change: { ...change, first: nearest }, username: null };
  }
  const first = Math.min(change.first, texts.length);
  const removed = Math.min(change.removed, texts.length - first);
  return { change: { ...change, first, removed, was: texts.slice(first, first + removed) }, username: "" };
}

/** Moves rows' identities along with what was saved meanwhile. */
export function movedIds(ids: readonly number[], saves: readonly SavedChanges[], fresh: RowIds): number[] {
  const found = [...ids];
  for (const save of saves) {
    for (const { first, removed, segments } of [...save.changes].reverse()) {
      const old = found.slice(first, first + removed);
      found.splice(first, removed, ...segments.map((_, number) => old[number] ?? fresh.next()));
    }
  }
  return found;
}
