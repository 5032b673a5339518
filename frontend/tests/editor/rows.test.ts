import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, History } from "../../src/editor/model/history";
import {
  addSpeaker,
  insertAfter,
  insertSound,
  merge,
  nextDoubt,
  remove,
  setSpeaker,
  setText,
  setTexts,
  setTimes,
  shiftFrom,
  split,
  type Edit,
  type Script,
} from "../../src/editor/model/rows";
import { withAccepted } from "../../src/editor/model/wording";
import { row, script, texts, times } from "./sample";

function after(before: Script, edit: Edit): Script {
  const found = applied(before, edit);
  assert.ok(found);
  return found;
}

void test("a row is divided between words, which keep their times", () => {
  const { script: before, ids } = script("The sea is deep. And blue.");
  const { rows } = after(before, split(before, 0, 16, ids));
  assert.deepEqual(texts(rows), ["The sea is deep.", "And blue."]);
  assert.deepEqual(times(row(rows, 1).segment), ["1200–1500", "1500–1800"]);
  assert.deepEqual(
    rows.map(({ segment }) => [segment.start_time, segment.end_time]),
    [
      [0, 1_200],
      [1_200, 1_800],
    ],
  );
  assert.equal(row(rows, 0).id, row(before.rows, 0).id);
});

void test("a word in which a row is divided shares its time", () => {
  const { script: before, ids } = script("another day");
  const { rows } = after(before, split(before, 0, 2, ids));
  assert.deepEqual(texts(rows), ["an", "other day"]);
  assert.deepEqual(times(row(rows, 0).segment), ["0–86?"]);
  assert.deepEqual(times(row(rows, 1).segment), ["86–300?", "300–600"]);
});

void test("nothing is divided at an end", () => {
  const { script: before, ids } = script("The sea.");
  assert.deepEqual(split(before, 0, 0, ids).exchanges, []);
  assert.deepEqual(split(before, 0, 8, ids).exchanges, []);
});

void test("merging what was divided gives the text and the times that were there", () => {
  const { script: before, ids } = script("The sea is deep.", "It is.");
  const divided = after(before, split(before, 0, 7, ids));
  const joined = after(divided, merge(divided, 0));
  assert.deepEqual(texts(joined.rows), texts(before.rows));
  assert.deepEqual(joined.rows[0]?.segment.sequences, before.rows[0]?.segment.sequences);
});

void test("an inserted row lies in the silence, and has the speaker of the row before it", () => {
  const { script: before, ids } = script("The sea.", "It is.");
  const spoken = after(before, setSpeaker(before, 0, 2));
  const { rows } = after(spoken, insertAfter(spoken, 0, ids));
  assert.deepEqual(texts(rows), ["The sea.", "", "It is."]);
  const { segment } = row(rows, 1);
  assert.deepEqual([segment.start_time, segment.end_time, segment.speaker_id], [600, 1_600, 2]);
});

void test("a speaker who changes is said in the rows where that happens", () => {
  const { script: before } = script("One.", "Two.", "Three.");
  const [added, id] = addSpeaker(before, "Ada");
  const named = after(before, added);
  assert.deepEqual(named.speakers, [{ id: 1, name: "Ada", gender: "UNKNOWN" }]);
  const { rows } = after(named, setSpeaker(named, 1, id));
  assert.deepEqual(
    rows.map(({ segment }) => [segment.speaker_id, segment.speaker_change]),
    [
      [undefined, false],
      [1, true],
      [undefined, true],
    ],
  );
  const again = after({ ...named, rows }, setSpeaker({ ...named, rows }, 1, undefined));
  assert.deepEqual(again.rows[2]?.segment.speaker_change, false);
});

void test("a sound goes between two words", () => {
  const { script: before } = script("The sea is deep.");
  for (const offset of [4, 5, 7]) {
    const { rows } = after(before, insertSound(before, 0, offset, "music"));
    assert.equal(texts(rows)[0], offset === 4 ? "The [music] sea is deep." : "The sea [music] is deep.");
  }
});

void test("a row's times stay between its neighbours'", () => {
  const { script: before } = script("One.", "Two.", "Three.");
  const { rows } = after(before, setTimes(before, 1, 0, 99_999));
  assert.deepEqual([row(rows, 1).segment.start_time, row(rows, 1).segment.end_time], [300, 2_600]);
  assert.deepEqual(times(row(rows, 1).segment), ["300–2600"]);
});

void test("all rows from one on are moved by the same time, but not over the one before", () => {
  const { script: before } = script("One.", "Two.", "Three.");
  const starts = (by: number): number[] =>
    after(before, shiftFrom(before, 1, by)).rows.map(({ segment }) => segment.start_time);
  assert.deepEqual(starts(500), [0, 1_800, 3_100]);
  assert.deepEqual(starts(-5_000), [0, 300, 1_600]);
});

void test("the next doubtful word is found, from the last row on at the beginning again", () => {
  const { script: before } = script("The see is deep.", "It is.");
  const first = row(before.rows, 0);
  const sequences = first.segment.sequences.map((each, place) =>
    place === 1 ? { ...each, confidence_score: 0.2 } : each,
  );
  const doubted = { ...first, segment: { ...first.segment, sequences } };
  const now = { ...before, rows: [doubted, ...before.rows.slice(1)] };
  for (const [place, offset] of [
    [0, 0],
    [0, 5],
    [1, 0],
  ] as const) {
    assert.deepEqual(nextDoubt(now, place, offset), { row: first.id, sequence: 1, from: 4, to: 7 });
  }
  const heard = { ...doubted, segment: withAccepted(doubted.segment, 1) };
  assert.equal(nextDoubt({ ...now, rows: [heard] }, 0, 0), null);
});

void test("everything is undone and done again, however many steps there were", () => {
  const { script: before, ids } = script("The see is deep.", "It is old.", "And blue.");
  const history = new History();
  let now = before;
  const states = [now];
  const make = (edit: Edit, kind = ""): void => {
    now = after(now, edit);
    history.record(edit, kind);
    states.push(now);
  };
  make(setText(now, 0, "The sea is deep."));
  make(split(now, 0, 7, ids));
  make(remove(now, 2));
  make(merge(now, 1));
  make(insertAfter(now, 0, ids));
  make(addSpeaker(now, "Ada")[0]);
  make(setTexts(now, new Map(now.rows.map((each) => [each.id, "all alike"]))));
  for (const state of states.slice(0, -1).reverse()) {
    const found = history.undo(now);
    assert.ok(found);
    now = found.script;
    assert.deepEqual(now, state);
  }
  assert.equal(history.undo(now), null);
  for (const state of states.slice(1)) {
    const found = history.redo(now);
    assert.ok(found);
    now = found.script;
    assert.deepEqual(texts(now.rows), texts(state.rows));
  }
});

void test("letters that are typed one after the other are undone together, until there is a pause", () => {
  const { script: before } = script("The sea.");
  const history = new History();
  let now = before;
  for (const text of ["The sea. A", "The sea. An", "The sea. And"]) {
    const edit = setText(now, 0, text);
    history.record(edit, "typing 1");
    now = after(now, edit);
  }
  history.pause();
  const edit = setText(now, 0, "The sea. And so");
  history.record(edit, "typing 1");
  now = after(now, edit);
  now = history.undo(now)?.script ?? now;
  assert.deepEqual(texts(now.rows), ["The sea. And"]);
  now = history.undo(now)?.script ?? now;
  assert.equal(now.rows[0], before.rows[0]);
});

void test("what somebody else has rewritten is not undone, but what was aligned is", () => {
  const { script: before } = script("The see.", "It is.");
  const edit = setText(before, 0, "The sea.");
  const now = after(before, edit);
  const typed = row(now.rows, 0);
  const aligned = { ...typed, segment: { ...typed.segment, start_time: 7 } };
  const undone = new History([{ edit, kind: "" }]).undo({ ...now, rows: [aligned, row(now.rows, 1)] });
  assert.deepEqual(texts(undone?.script.rows ?? []), ["The see.", "It is."]);
  const others = after(now, setText(now, 0, "The ocean."));
  assert.equal(new History([{ edit, kind: "" }]).undo(others), null);
});
