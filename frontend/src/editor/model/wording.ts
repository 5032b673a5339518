/** The text of a segment is changed: words that stay keep their times, new ones get times between them. */

import { difference } from "./diff";
import { placesOf, textOf, textOfSequence, type Segment, type Sequence } from "./elementlist";
import { coreOf, tokensOf, unitsOf } from "./tokens";

/** What a person has typed or looked at is certain. */
const CERTAIN = 1;

/**
 * Returns the segment with another text. New words are marked as estimated, which has the server align them; those
 * that take the place of others share their time, others that between their neighbours.
 */
export function withText(segment: Segment, text: string, language: string): Segment {
  const wanted = text.replace(/\s+/gu, " ").trim();
  if (wanted === textOf(segment)) return segment;
  const old = segment.sequences;
  const units = keptUnits(segment, wanted, language) ?? unitsOf(wanted, language);
  const hunks = difference(
    old.map((each) => coreOf(textOfSequence(each))),
    units.map(coreOf),
  );
  const sequences: Sequence[] = [];
  let [oldPlace, place] = [0, 0];
  const keep = (until: number): void => {
    for (; oldPlace < until; oldPlace += 1, place += 1) {
      const kept = old[oldPlace];
      if (kept) sequences.push(respelled(kept, units[place] ?? ""));
    }
  };
  for (const hunk of hunks) {
    keep(hunk.before);
    const added = units.slice(hunk.after, hunk.after + hunk.added);
    const gone = old.slice(hunk.before, hunk.before + hunk.removed);
    const start = gone[0]?.start_time ?? sequences.at(-1)?.end_time ?? segment.start_time;
    const following = old[hunk.before + hunk.removed]?.start_time ?? Math.max(segment.end_time, start);
    sequences.push(...spread(added, start, Math.max(gone.at(-1)?.end_time ?? following, start)));
    oldPlace += hunk.removed;
    place += hunk.added;
  }
  keep(old.length);
  return { ...segment, sequences };
}

/**
 * Returns the units of a text in writing without spaces, where what was not touched is divided as it was; null for
 * other writing, whose spaces divide it.
 */
function keptUnits(segment: Segment, text: string, language: string): string[] | null {
  const places = placesOf(segment);
  if (!places.some((each, number) => number > 0 && each.from === places[number - 1]?.to)) return null;
  const old = textOf(segment);
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < text.length - start &&
    old[old.length - 1 - end] === text[text.length - 1 - end]
  ) {
    end += 1;
  }
  const before = places.filter((each) => each.to <= start);
  const after = places.filter(
    (each) => each.from >= old.length - end && each.from >= (before.at(-1)?.to ?? 0),
  );
  const from = before.at(-1)?.to ?? 0;
  const to = text.length - (old.length - (after[0]?.from ?? old.length));
  const middle = unitsOf(text.slice(from, Math.max(from, to)), language);
  return [...before.map((each) => each.text), ...middle, ...after.map((each) => each.text)];
}

/** Returns the sequence with its own times and another spelling of its word or its marks. */
function respelled(sequence: Sequence, unit: string): Sequence {
  if (textOfSequence(sequence) === unit) return sequence;
  const spoken = sequence.tokens.find((token) => token.type !== "punctuation");
  const tokens = tokensOf(unit, sequence.start_time, sequence.end_time, sequence.interpolated).map((token) =>
    spoken && token.type === spoken.type
      ? {
          ...token,
          start_time: spoken.start_time,
          end_time: spoken.end_time,
          interpolated: spoken.interpolated,
          ...(spoken.style && { style: spoken.style }),
        }
      : token,
  );
  return { ...sequence, tokens, confidence_score: CERTAIN };
}

/** Divides a time among units by their length. */
function spread(units: readonly string[], start: number, end: number): Sequence[] {
  const total = units.reduce((sum, unit) => sum + unit.length + 1, 0);
  let done = 0;
  return units.map((unit) => {
    const from = start + Math.floor(((end - start) * done) / total);
    done += unit.length + 1;
    const to = start + Math.floor(((end - start) * done) / total);
    return {
      start_time: from,
      end_time: to,
      interpolated: true,
      tokens: tokensOf(unit, from, to, true),
      confidence_score: CERTAIN,
    };
  });
}

/** Returns the segment with its words' times mapped from its old span to another. */
export function withTimes(segment: Segment, start: number, end: number): Segment {
  const { start_time: oldStart, end_time: oldEnd } = segment;
  const isShift = end - start === oldEnd - oldStart;
  const length = oldEnd - oldStart;
  const map = (time: number): number => {
    if (isShift) return Math.max(0, time + start - oldStart);
    return length > 0 ? Math.round(start + ((time - oldStart) * (end - start)) / length) : start;
  };
  return {
    ...segment,
    start_time: start,
    end_time: end,
    sequences: segment.sequences.map((sequence) => ({
      ...sequence,
      start_time: map(sequence.start_time),
      end_time: map(sequence.end_time),
      tokens: sequence.tokens.map((token) => ({
        ...token,
        start_time: map(token.start_time),
        end_time: map(token.end_time),
      })),
    })),
  };
}

/** Returns the segment with the times of those words of another that it has, too: a realignment of an older text. */
export function withTimesOf(segment: Segment, timed: Segment): Segment {
  const texts = (each: Segment): string[] => each.sequences.map(textOfSequence);
  const sequences: Sequence[] = [];
  let [oldPlace, place] = [0, 0];
  const keep = (until: number): void => {
    for (; place < until; place += 1, oldPlace += 1) {
      const mine = segment.sequences[place];
      if (mine) sequences.push(withConfidenceOf(timed.sequences[oldPlace] ?? mine, mine));
    }
  };
  for (const hunk of difference(texts(timed), texts(segment))) {
    keep(hunk.after);
    sequences.push(...segment.sequences.slice(hunk.after, hunk.after + hunk.added));
    place += hunk.added;
    oldPlace += hunk.removed;
  }
  keep(segment.sequences.length);
  return { ...segment, sequences };
}

function withConfidenceOf(sequence: Sequence, { confidence_score }: Sequence): Sequence {
  return confidence_score === undefined ? sequence : { ...sequence, confidence_score };
}

/** Returns the segment with a sequence that somebody has heard and found right. */
export function withAccepted(segment: Segment, place: number): Segment {
  const sequences = segment.sequences.map((each, number) =>
    number === place ? { ...each, confidence_score: CERTAIN } : each,
  );
  return { ...segment, sequences };
}
