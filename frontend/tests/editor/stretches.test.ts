import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, History } from "../../src/editor/model/history";
import { textOf, type Segment } from "../../src/editor/model/elementlist";
import { changesBetween } from "../../src/editor/model/changes";
import { RowIds, rowsOf, type Edit, type Script } from "../../src/editor/model/rows";
import { excerpt, placesIn, putIn, stretchOf } from "../../src/editor/model/stretches";
import { row, said, script, texts, times } from "./sample";

function after(before: Script, edit: Edit): Script {
  const found = applied(before, edit);
  assert.ok(found);
  return found;
}

/** What a recognizer has heard: words of 200 ms, with its own confidence. */
function heard(text: string, start: number): Segment {
  const segment = said(text, start);
  const sequences = segment.sequences.map((each, number) => ({
    ...each,
    start_time: start + 200 * number,
    end_time: start + 200 * (number + 1),
    confidence_score: 0.4,
  }));
  return { ...segment, sequences, end_time: start + 200 * sequences.length };
}

void test("a stretch has some of the silence beside its rows, and never more than there is", () => {
  const { script: before } = script("The sea is deep.", "And blue.", "A ship.");
  assert.deepEqual(stretchOf(before, 1, 1, 60_000), { start: 1_700, end: 3_300 });
  assert.deepEqual(stretchOf(before, 0, 2, 4_500), { start: 0, end: 4_500 });
});

void test("what was heard takes the place of the rows, with its own times and confidence", () => {
  const { script: before, ids } = script("The see is teep.", "And glue.", "A ship.");
  const edit = putIn(
    before,
    stretchOf(before, 0, 1, 60_000),
    [heard("The sea is deep.", 100), heard("And blue.", 2_250)],
    ids,
  );
  const { rows } = after(before, edit);
  assert.deepEqual(texts(rows), ["The sea is deep.", "And blue.", "A ship."]);
  assert.deepEqual(times(row(rows, 1).segment), ["2250–2450", "2450–2650"]);
  assert.equal(row(rows, 1).segment.sequences[0]?.confidence_score, 0.4);
  assert.deepEqual(
    rows.map((each) => each.id),
    before.rows.map((each) => each.id),
    "rows stay rows, so that the focus stays where it is",
  );
  assert.equal(row(rows, 2), row(before.rows, 2), "what is not in the stretch is not touched");
});

void test("it is one step that is undone at once", () => {
  const { script: before, ids } = script("One two three.", "Four.");
  const history = new History();
  const edit = putIn(
    before,
    stretchOf(before, 0, 1, 60_000),
    [heard("One.", 0), heard("Two.", 500), heard("Three.", 900)],
    ids,
  );
  history.record(edit, "");
  const { rows } = after(before, edit);
  assert.deepEqual(texts(rows), ["One.", "Two.", "Three."]);
  const undone = history.undo({ ...before, rows });
  assert.deepEqual(undone?.script.rows, before.rows);
  assert.equal(history.canUndo, false);
});

void test("a stretch within a row leaves what is before and after it", () => {
  const { script: before, ids } = script("One two three four five.", "Six.");
  const stretch = { start: 300, end: 900 };
  assert.deepEqual(excerpt(before, stretch).map(textOf), ["two three"]);
  const { rows } = after(before, putIn(before, stretch, [heard("zwei, drei", 320)], ids));
  assert.deepEqual(texts(rows), ["One", "zwei, drei", "four five.", "Six."]);
  assert.deepEqual(
    rows.map(({ segment }) => [segment.start_time, segment.end_time]),
    [
      [0, 300],
      [320, 720],
      [900, 1_500],
      [2_500, 2_800],
    ],
  );
  assert.equal(row(rows, 0).id, row(before.rows, 0).id);
  assert.equal(new Set(rows.map((each) => each.id)).size, rows.length);
  assert.deepEqual(
    changesBetween(before.rows, rows).map(({ first, removed, rows: added }) => [
      first,
      removed,
      added.length,
    ]),
    [[0, 1, 3]],
  );
});

void test("a word that is cut by the edge ends where the next one begins", () => {
  const { script: before, ids } = script("One two three.");
  const { rows } = after(before, putIn(before, { start: 250, end: 900 }, [heard("zwei", 250)], ids));
  assert.deepEqual(texts(rows), ["One", "zwei"]);
  assert.deepEqual(times(row(rows, 0).segment), ["0–250"]);
});

void test("where nothing was, rows are put in", () => {
  const { script: before, ids } = script("The sea.", "The ship.");
  const stretch = { start: 700, end: 1_500 };
  assert.equal(placesIn(before, stretch), null);
  const { rows } = after(before, putIn(before, stretch, [heard("The sky.", 800)], ids));
  assert.deepEqual(texts(rows), ["The sea.", "The sky.", "The ship."]);
  const { rows: last } = after(
    before,
    putIn(before, { start: 9_000, end: 9_900 }, [heard("End.", 9_100)], ids),
  );
  assert.deepEqual(texts(last), ["The sea.", "The ship.", "End."]);
});

void test("who spoke in the rows speaks in what was heard", () => {
  const ids = new RowIds();
  const rows = rowsOf(
    [
      said("Hello there.", 0, "en", 1),
      { ...said("Hi.", 600, "en", 2), speaker_change: true },
      said("Well.", 900, "en", 2),
    ],
    ids,
  );
  const before: Script = { rows, speakers: [], language: "en", doubtBelow: 0.5 };
  const edit = putIn(before, { start: 0, end: 900 }, [heard("Hello.", 0), heard("Hi you.", 550)], ids);
  const found = after(before, edit).rows.map(({ segment }) => [segment.speaker_id, segment.speaker_change]);
  assert.deepEqual(found, [
    [1, false],
    [2, true],
    [2, false],
  ]);
  const alone = after(before, putIn(before, { start: 0, end: 900 }, [heard("Hello.", 0)], ids)).rows;
  assert.deepEqual(
    alone.map(({ segment }) => [segment.speaker_id, segment.speaker_change]),
    [
      [1, false],
      [2, true],
    ],
    "the next row begins with the change of speaker now",
  );
});

void test("nothing heard changes nothing", () => {
  const { script: before, ids } = script("The sea.");
  assert.deepEqual(putIn(before, { start: 0, end: 600 }, [], ids).exchanges, []);
});
