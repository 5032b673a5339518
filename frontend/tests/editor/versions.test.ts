import assert from "node:assert/strict";
import { test } from "node:test";

import { applied, History } from "../../src/editor/model/history";
import { setText, split } from "../../src/editor/model/rows";
import { backTo } from "../../src/editor/model/versions";
import { row, script, texts } from "./sample";

void test("going back is one edit that is undone, and rows that are alike stay", () => {
  const { script: before, ids } = script("The sea is deep.", "Nobody knows.", "It is cold.");
  const list = {
    start_time: 0,
    end_time: 9_000,
    language: "en",
    segments: before.rows.map((each) => each.segment),
    speakers: [{ id: 1, name: "Ada", gender: "FEMALE" }],
  };
  const edited = [setText(before, 0, "The lake is deep."), split(before, 2, 5, ids)].reduce(
    (now, edit) => applied(now, edit) ?? now,
    before,
  );
  assert.deepEqual(texts(edited.rows), ["The lake is deep.", "Nobody knows.", "It is", "cold."]);

  const history = new History();
  const edit = backTo(edited, list, ids);
  const back = applied(edited, edit);
  assert.ok(back);
  assert.deepEqual(texts(back.rows), ["The sea is deep.", "Nobody knows.", "It is cold."]);
  assert.equal(row(back.rows, 1), row(edited.rows, 1));
  assert.deepEqual(back.speakers, list.speakers);
  history.record(edit, "");
  assert.deepEqual(texts(history.undo(back)?.script.rows ?? []), texts(edited.rows));
});

void test("nothing is to be done for a version that is the same", () => {
  const { script: now, ids } = script("The sea is deep.");
  const segments = now.rows.map((each) => each.segment);
  const list = { start_time: 0, end_time: 900, language: "en", segments, speakers: [...now.speakers] };
  assert.deepEqual(backTo(now, list, ids), { exchanges: [] });
});
