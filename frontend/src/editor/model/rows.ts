/** The rows of the editor: segments that keep their identity through edits, saves and merges. */

import { isEmpty, placesOf, textOf, type Segment, type Sequence, type Speaker } from "./elementlist";
import { coreSpan } from "./tokens";
import { withText, withTimes } from "./wording";

/** A row that is not changed stays the same object, which is how changes are found. */
export interface Row {
  readonly id: number;
  readonly segment: Segment;
}

export interface Script {
  readonly rows: readonly Row[];
  readonly speakers: readonly Speaker[];
  readonly language: string;
  /** The confidence below which a word is in doubt. */
  readonly doubtBelow: number;
}

/** Rows that take the place of others; `anchor` is the row before them, null at the beginning. */
export interface Exchange {
  readonly anchor: number | null;
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}

/** What an edit does, and what undoes it read the other way round. */
export interface Edit {
  readonly exchanges: readonly Exchange[];
  readonly speakers?: { readonly before: readonly Speaker[]; readonly after: readonly Speaker[] };
}

export const NO_EDIT: Edit = { exchanges: [] };
const LEAST_MS = 100;

/** Gives new rows their identity. */
export class RowIds {
  private last: number;

  constructor(last = 0) {
    this.last = last;
  }

  next(): number {
    this.last += 1;
    return this.last;
  }

  /** Keeps clear of a row that is there already. */
  avoid(id: number): void {
    this.last = Math.max(this.last, id);
  }
}

export function placeOf(script: Script, id: number): number {
  return script.rows.findIndex((row) => row.id === id);
}

export function rowsOf(segments: readonly Segment[], ids: RowIds): Row[] {
  return segments.map((segment) => ({ id: ids.next(), segment }));
}

function exchange(script: Script, place: number, removed: number, after: readonly Row[]): Edit {
  const before = script.rows.slice(place, place + removed);
  if (before.length === after.length && before.every((row, number) => row === after[number])) return NO_EDIT;
  return { exchanges: [{ anchor: script.rows[place - 1]?.id ?? null, before, after }] };
}

function changed(script: Script, place: number, segment: Segment): Edit {
  const row = script.rows[place];
  return row && row.segment !== segment ? exchange(script, place, 1, [{ id: row.id, segment }]) : NO_EDIT;
}

export function setText(script: Script, place: number, text: string): Edit {
  const row = script.rows[place];
  return row ? changed(script, place, withText(row.segment, text, script.language)) : NO_EDIT;
}

/** Divides a row at a place in its text; the word that lies there is divided with it. */
export function split(script: Script, place: number, offset: number, ids: RowIds): Edit {
  const row = script.rows[place];
  if (!row) return NO_EDIT;
  const { segment } = row;
  const text = textOf(segment);
  const [left, right] = [text.slice(0, offset).trim(), text.slice(offset).trim()];
  if (!left || !right) return NO_EDIT;
  const places = placesOf(segment);
  const before = places.filter((each) => each.to <= offset).map((each) => each.sequence);
  const after = places.filter((each) => each.from >= offset).map((each) => each.sequence);
  const torn = places.find((each) => each.from < offset && each.to > offset);
  if (torn) {
    const share = (offset - torn.from) / torn.text.length;
    const { start_time: start, end_time: end } = torn.sequence;
    const middle = Math.round(start + (end - start) * share);
    before.push({ ...torn.sequence, end_time: middle });
    after.unshift({ ...torn.sequence, start_time: middle });
  }
  const middle = before.at(-1)?.end_time ?? segment.start_time;
  const first = { ...segment, sequences: before, end_time: middle };
  const second = {
    ...segment,
    sequences: after,
    start_time: after[0]?.start_time ?? middle,
    speaker_change: false,
  };
  return exchange(script, place, 1, [
    { id: row.id, segment: torn ? withText(first, left, script.language) : first },
    { id: ids.next(), segment: torn ? withText(second, right, script.language) : second },
  ]);
}

/** Joins a row with the one after it. */
export function merge(script: Script, place: number): Edit {
  const [row, next] = [script.rows[place], script.rows[place + 1]];
  if (!row || !next) return NO_EDIT;
  const segment = {
    ...(isEmpty(row.segment) ? { ...row.segment, interpolated: next.segment.interpolated } : row.segment),
    end_time: Math.max(row.segment.end_time, next.segment.end_time),
    sequences: [...row.segment.sequences, ...next.segment.sequences],
  };
  return exchange(script, place, 2, [{ id: row.id, segment }]);
}

/** Puts an empty row after this one (-1: at the beginning), in the silence that is there. */
export function insertAfter(script: Script, place: number, ids: RowIds): Edit {
  const before = script.rows[place]?.segment;
  const start = before?.end_time ?? 0;
  const end = Math.max(start, script.rows[place + 1]?.segment.start_time ?? start + 2_000);
  const segment: Segment = {
    start_time: start,
    end_time: end,
    sequences: [],
    interpolated: true,
    speaker_change: false,
    ...(before?.speaker_id !== undefined && { speaker_id: before.speaker_id }),
  };
  return exchange(script, place + 1, 0, [{ id: ids.next(), segment }]);
}

export function remove(script: Script, place: number, count = 1): Edit {
  return exchange(script, place, count, []);
}

/** Says who speaks in a row; undefined: nobody knows. */
export function setSpeaker(script: Script, place: number, speaker: number | undefined): Edit {
  const row = script.rows[place];
  if (!row || row.segment.speaker_id === speaker) return NO_EDIT;
  const before = script.rows[place - 1]?.segment.speaker_id;
  const segment = withSpeaker({ ...row.segment, speaker_change: place > 0 && before !== speaker }, speaker);
  const rows: Row[] = [{ id: row.id, segment }];
  const next = script.rows[place + 1];
  if (next) {
    const isChange = next.segment.speaker_id !== speaker;
    const isSame = next.segment.speaker_change === isChange;
    rows.push(isSame ? next : { id: next.id, segment: { ...next.segment, speaker_change: isChange } });
  }
  const last = rows.at(-1);
  return last === next
    ? exchange(script, place, 1, rows.slice(0, 1))
    : exchange(script, place, rows.length, rows);
}

function withSpeaker(segment: Segment, speaker: number | undefined): Segment {
  if (speaker !== undefined) return { ...segment, speaker_id: speaker };
  const spoken: { -readonly [Name in keyof Segment]: Segment[Name] } = { ...segment };
  delete spoken.speaker_id;
  return spoken;
}

/** Adds a speaker; returns the edit and the new speaker's id. */
export function addSpeaker(script: Script, name: string): [Edit, number] {
  const id = Math.max(0, ...script.speakers.map((speaker) => speaker.id)) + 1;
  const after = [...script.speakers, { id, name, gender: "UNKNOWN" }];
  return [{ exchanges: [], speakers: { before: script.speakers, after } }, id];
}

export function renameSpeaker(script: Script, id: number, name: string): Edit {
  const after = script.speakers.map((speaker) => (speaker.id === id ? { ...speaker, name } : speaker));
  return { exchanges: [], speakers: { before: script.speakers, after } };
}

/** Puts a sound at a place in the text of a row, as a word of its own. */
export function insertSound(script: Script, place: number, offset: number, name: string): Edit {
  const row = script.rows[place];
  if (!row) return NO_EDIT;
  const text = textOf(row.segment);
  const boundary = placesOf(row.segment).find((each) => each.to >= offset);
  const at = boundary ? (offset <= boundary.from ? boundary.from : boundary.to) : text.length;
  return setText(script, place, `${text.slice(0, at)} [${name}] ${text.slice(at)}`);
}

/** Moves the beginning and the end of a row, between its neighbours; its words' times follow. */
export function setTimes(script: Script, place: number, start: number, end: number): Edit {
  const row = script.rows[place];
  if (!row) return NO_EDIT;
  const earliest = script.rows[place - 1]?.segment.end_time ?? 0;
  const latest = script.rows[place + 1]?.segment.start_time ?? Infinity;
  const from = Math.max(earliest, Math.min(Math.round(start), latest - LEAST_MS));
  const to = Math.min(latest, Math.max(Math.round(end), from + LEAST_MS));
  const { start_time, end_time } = row.segment;
  if (from === start_time && to === end_time) return NO_EDIT;
  return changed(script, place, withTimes(row.segment, from, to));
}

/** Moves a row and all after it by the same time, as far as the row before it allows. */
export function shiftFrom(script: Script, place: number, by: number): Edit {
  const first = script.rows[place]?.segment;
  if (!first) return NO_EDIT;
  const earliest = script.rows[place - 1]?.segment.end_time ?? 0;
  const shift = Math.max(Math.round(by), earliest - first.start_time);
  if (!shift) return NO_EDIT;
  const rows = script.rows.slice(place).map(({ id, segment }) => ({
    id,
    segment: withTimes(segment, segment.start_time + shift, segment.end_time + shift),
  }));
  return exchange(script, place, rows.length, rows);
}

/** Puts another text into several rows at once; texts are by the row's id. */
export function setTexts(script: Script, texts: ReadonlyMap<number, string>): Edit {
  const exchanges: Exchange[] = [];
  script.rows.forEach((row, place) => {
    const text = texts.get(row.id);
    if (text !== undefined) exchanges.push(...setText(script, place, text).exchanges);
  });
  return { exchanges };
}

/** A word that was recognized with little confidence, and where it is, without the marks around it. */
export interface Doubt {
  readonly row: number;
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
}

export function isDoubtful({ confidence_score }: Sequence, below: number): boolean {
  return confidence_score !== undefined && confidence_score < below;
}

/** Returns the next doubtful word from a place in the text on, after the last row from the beginning; null: none. */
export function nextDoubt(script: Script, place: number, offset: number): Doubt | null {
  const count = script.rows.length;
  for (let step = 0; step <= count; step += 1) {
    const row = script.rows[(place + step) % count];
    if (!row) continue;
    for (const [number, each] of placesOf(row.segment).entries()) {
      if (step === 0 && each.from < offset) continue;
      if (step === count && each.from >= offset) continue;
      if (!isDoubtful(each.sequence, script.doubtBelow)) continue;
      const [from, to] = coreSpan(each.text);
      return { row: row.id, sequence: number, from: each.from + from, to: each.from + to };
    }
  }
  return null;
}
