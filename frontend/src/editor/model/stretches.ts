/** A stretch of the recording that was listened to again: what it says now, and what takes its place. */

import { isEmpty, type Segment, type Sequence } from "./elementlist";
import { NO_EDIT, type Edit, type Row, type RowIds, type Script } from "./rows";

/** From `start` up to `end`, in ms. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Of the silence beside the rows, what belongs to them: a word is longer than it seems to be. */
const BESIDE_MS = 500;

/** Returns the stretch of rows, with a little of the silence before and after them. */
export function stretchOf({ rows }: Script, first: number, last: number, duration: number): Stretch {
  const [from, to] = [rows[first]?.segment, rows[last]?.segment];
  const start = from?.start_time ?? 0;
  const end = Math.max(to?.end_time ?? start, start);
  const earliest = rows[first - 1]?.segment.end_time ?? 0;
  const latest = Math.min(rows[last + 1]?.segment.start_time ?? duration, duration);
  return {
    start: Math.min(start, Math.max(earliest, start - BESIDE_MS)),
    end: Math.min(Math.max(end, Math.min(latest, end + BESIDE_MS)), duration),
  };
}

/** Returns which rows have something in a stretch: the first and the last of them; null where none has. */
export function placesIn(script: Script, stretch: Stretch): readonly [number, number] | null {
  const isIn = ({ segment }: Row): boolean =>
    isEmpty(segment) ? isWithin(segment, stretch) : segment.sequences.some((each) => isWithin(each, stretch));
  const first = script.rows.findIndex(isIn);
  return first < 0 ? null : [first, script.rows.findLastIndex(isIn)];
}

/** Returns what is said in a stretch: rows, of which those at its edges may be parts. */
export function excerpt(script: Script, stretch: Stretch): readonly Segment[] {
  const places = placesIn(script, stretch);
  if (!places) return [];
  return script.rows.slice(places[0], places[1] + 1).map(({ segment }) => ({
    ...segment,
    sequences: segment.sequences.filter((each) => isWithin(each, stretch)),
  }));
}

/**
 * Puts what was heard in a stretch in the place of what is there. Words keep the times that they were heard at, and rows
 * are divided as the recognizer divides sentences; who speaks is who spoke in the rows that are replaced.
 */
export function putIn(script: Script, stretch: Stretch, heard: readonly Segment[], ids: RowIds): Edit {
  const [begin, end] = [heard[0]?.start_time, heard.at(-1)?.end_time];
  if (begin === undefined || end === undefined) return NO_EDIT;
  const { rows } = script;
  const places = placesIn(script, stretch);
  const first = places ? places[0] : placeFor(rows, stretch);
  const replaced = places ? rows.slice(first, places[1] + 1) : [];
  const head = part(replaced[0], (each) => middleOf(each) < stretch.start, 0, begin);
  const tail = part(replaced.at(-1), (each) => middleOf(each) >= stretch.end, end, Infinity);
  const free = replaced.map((row) => row.id);
  const headRow = head && { id: free.shift() ?? ids.next(), segment: head };
  const tailRow = tail && { id: free.pop() ?? ids.next(), segment: tail };
  const before = rows[first - 1];
  const added = withSpeakers(heard, replaced, before).map((segment) => ({
    id: free.shift() ?? ids.next(),
    segment,
  }));
  const after: Row[] = [...(headRow ? [headRow] : []), ...added, ...(tailRow ? [tailRow] : [])];
  const taken = [...replaced];
  const next = rows[first + replaced.length];
  const last = after.at(-1);
  // Where somebody else speaks last now, the next row begins with a change of speaker, or no longer does.
  if (next && last && last.segment.speaker_id !== replaced.at(-1)?.segment.speaker_id) {
    taken.push(next);
    after.push(changing(next, last.segment));
  }
  return { exchanges: [{ anchor: before?.id ?? null, before: taken, after }] };
}

function middleOf({ start_time: start, end_time: end }: Segment | Sequence): number {
  return Math.floor((start + end) / 2);
}

function isWithin(each: Segment | Sequence, { start, end }: Stretch): boolean {
  const middle = middleOf(each);
  return middle >= start && middle < end;
}

/** Where rows of a stretch belong in which there is none. */
function placeFor(rows: readonly Row[], { start }: Stretch): number {
  const found = rows.findIndex((row) => middleOf(row.segment) >= start);
  return found < 0 ? rows.length : found;
}

/** Returns what is left of a row at the edge of a stretch, between two times; null where nothing is. */
function part(
  row: Row | undefined,
  isLeft: (sequence: Sequence) => boolean,
  from: number,
  to: number,
): Segment | null {
  const left = row?.segment.sequences.filter(isLeft) ?? [];
  const sequences = left.map((each) => between(each, from, to));
  const [first, last] = [sequences[0], sequences.at(-1)];
  if (!row || !first || !last) return null;
  const { segment } = row;
  return {
    ...segment,
    sequences,
    start_time: from ? first.start_time : Math.min(segment.start_time, first.start_time),
    end_time: from ? Math.max(segment.end_time, last.end_time) : last.end_time,
    ...(from && { speaker_change: false }),
  };
}

function between(sequence: Sequence, from: number, to: number): Sequence {
  if (sequence.start_time >= from && sequence.end_time <= to) return sequence;
  const within = (time: number): number => Math.min(Math.max(time, from), to);
  const cut = <Timed extends { readonly start_time: number; readonly end_time: number }>(
    each: Timed,
  ): Timed => ({
    ...each,
    start_time: within(each.start_time),
    end_time: within(each.end_time),
  });
  return { ...cut(sequence), tokens: sequence.tokens.map(cut) };
}

/** Returns what was heard, said by whoever spoke then in the rows that are replaced. */
function withSpeakers(
  heard: readonly Segment[],
  replaced: readonly Row[],
  before: Row | undefined,
): readonly Segment[] {
  let previous = before?.segment;
  return heard.map((segment) => {
    const speaker = (nearest(segment, replaced) ?? previous)?.speaker_id;
    const isChange = previous !== undefined && previous.speaker_id !== speaker;
    previous = {
      ...segment,
      speaker_change: isChange,
      ...(speaker !== undefined && { speaker_id: speaker }),
    };
    return previous;
  });
}

/** The row that a segment shares most time with, or that is closest to it. */
function nearest(segment: Segment, rows: readonly Row[]): Segment | undefined {
  let [found, most] = [rows[0]?.segment, -Infinity];
  for (const row of rows) {
    const shared =
      Math.min(row.segment.end_time, segment.end_time) - Math.max(row.segment.start_time, segment.start_time);
    if (shared > most) [found, most] = [row.segment, shared];
  }
  return found;
}

function changing(row: Row, before: Segment): Row {
  const isChange = row.segment.speaker_id !== before.speaker_id;
  if (row.segment.speaker_change === isChange) return row;
  return { id: row.id, segment: { ...row.segment, speaker_change: isChange } };
}
