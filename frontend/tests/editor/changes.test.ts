import assert from "node:assert/strict";
import { test } from "node:test";

import { correctionOf, replaced, search } from "../../src/editor/model/alike";
import { changesBetween, withChanges } from "../../src/editor/model/changes";
import { difference } from "../../src/editor/model/diff";
import { textOf, type Segment } from "../../src/editor/model/elementlist";
import { applied } from "../../src/editor/model/history";
import { merged, movedIds, movedThrough, savedWhole, type SavedChange } from "../../src/editor/model/merging";
import {
  insertAfter,
  merge,
  remove,
  RowIds,
  setText,
  split,
  type Edit,
  type Row,
  type Script,
} from "../../src/editor/model/rows";
import { withTimes } from "../../src/editor/model/wording";
import { row, said, script, texts } from "./sample";

function after(before: Script, ...edits: ((now: Script) => Edit)[]): Script {
  return edits.reduce((now, edit) => {
    const found = applied(now, edit(now));
    assert.ok(found);
    return found;
  }, before);
}

function splices(base: readonly Row[], now: readonly Row[]): [number, number, string[]][] {
  return changesBetween(base, now).map((each) => [each.first, each.removed, texts(each.rows)]);
}

void test("just the segments that differ are saved", () => {
  const { script: before, ids } = script("One.", "Two two.", "Three.", "Four.", "Five.");
  const now = after(
    before,
    (each) => setText(each, 4, "Six."),
    (each) => split(each, 1, 3, ids),
    (each) => remove(each, 0),
  );
  assert.deepEqual(splices(before.rows, now.rows), [
    [0, 2, ["Two", "two."]],
    [4, 1, ["Six."]],
  ]);
  assert.deepEqual(splices(now.rows, now.rows), []);
});

void test("a row without words is no segment until it has some", () => {
  const { script: before, ids } = script("One.", "Two.");
  const inserted = after(before, (each) => insertAfter(each, 0, ids));
  assert.deepEqual(splices(before.rows, inserted.rows), []);
  assert.deepEqual(splices(before.rows, after(inserted, (each) => setText(each, 1, "New.")).rows), [
    [1, 0, ["New."]],
  ]);
  assert.deepEqual(splices(before.rows, after(before, (each) => setText(each, 1, "")).rows), [[1, 1, []]]);
});

void test("changes make the rows from the version that was edited, whatever was done", () => {
  let seed = 20;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 200; round += 1) {
    const { script: before, ids } = script(...Array.from({ length: 8 }, (_, number) => `a${number} b c d`));
    let now = before;
    for (let step = 0; step < 6; step += 1) {
      const place = random(now.rows.length || 1);
      const edits = [
        (): Edit => setText(now, place, `word ${random(99)}`),
        (): Edit => split(now, place, 1 + random(6), ids),
        (): Edit => merge(now, place),
        (): Edit => insertAfter(now, place, ids),
        (): Edit => remove(now, place),
      ];
      now = after(now, edits[random(edits.length)] ?? ((): Edit => merge(now, place)));
    }
    const changes = changesBetween(before.rows, now.rows);
    const filled = now.rows.filter((each) => each.segment.sequences.length);
    assert.deepEqual(texts(withChanges(before.rows, changes)), texts(filled));
    changes.slice(1).forEach((change, number) => {
      const last = changes[number];
      assert.ok(last && change.first > last.first + last.removed, "they do not touch");
    });
  }
});

function saved(first: number, removed: number, ...segments: Segment[]): SavedChange {
  return { first, removed, segments };
}

void test("what somebody else saves in other rows is merged, and rows keep their identity", () => {
  const { script: before, ids } = script("One.", "Two.", "Three.", "Four.");
  const mine = after(before, (each) => setText(each, 3, "Mine."));
  const others = [saved(0, 1, said("First."), said("Second.")), saved(2, 1), saved(4, 0, said("Last."))];
  const found = merged(before.rows, mine.rows, others, "Ada", ids);
  assert.deepEqual(texts(found.now), ["First.", "Second.", "Two.", "Mine.", "Last."]);
  assert.deepEqual(texts(found.base), ["First.", "Second.", "Two.", "Four.", "Last."]);
  assert.equal(found.now[0]?.id, row(before.rows, 0).id);
  assert.deepEqual(found.conflicts, []);
  assert.deepEqual(splices(found.base, found.now), [[3, 1, ["Mine."]]]);
});

void test("two who rewrite the same row are asked, and mine is kept until then", () => {
  const { script: before, ids } = script("One.", "Two.", "Three.");
  const mine = after(before, (each) => setText(each, 1, "Mine."));
  const found = merged(before.rows, mine.rows, [saved(1, 1, said("Theirs."))], "Ada", ids);
  assert.deepEqual(texts(found.now), ["One.", "Mine.", "Three."]);
  assert.deepEqual(texts(found.base), ["One.", "Theirs.", "Three."]);
  const [conflict] = found.conflicts;
  assert.deepEqual([conflict?.mine, conflict?.username], [[row(before.rows, 1).id], "Ada"]);
  assert.deepEqual(texts(conflict?.theirs ?? []), ["Theirs."]);
  const same = after(before, (each) => setText(each, 1, "Theirs."));
  const agreed = merged(before.rows, same.rows, [saved(1, 1, said("Theirs."))], "Ada", ids);
  assert.deepEqual([agreed.conflicts, splices(agreed.base, agreed.now)], [[], []]);
});

void test("times that were found are taken for the words that are still there, and nobody is asked", () => {
  const { script: before, ids } = script("The sea.", "It is.");
  const mine = after(before, (each) => setText(each, 0, "The deep sea."));
  const aligned = withTimes(row(before.rows, 0).segment, 50, 650);
  const found = merged(before.rows, mine.rows, [saved(0, 1, aligned)], "me", ids);
  assert.deepEqual(found.conflicts, []);
  assert.equal(textOf(row(found.now, 0).segment), "The deep sea.");
  assert.equal(found.now[0]?.segment.sequences[0]?.start_time, 50);
  const untouched = merged(before.rows, before.rows, [saved(0, 1, aligned)], "me", ids);
  assert.equal(untouched.now[0], untouched.base[0]);
});

void test("a list that was saved as a whole is merged like one that was saved in segments", () => {
  const { script: before, ids } = script("One.", "Two.", "Three.");
  const mine = after(before, (each) => setText(each, 2, "Mine."));
  const segments = before.rows.map((each) => each.segment);
  const whole = savedWhole(before.rows, [said("Zero."), ...segments]);
  const found = merged(before.rows, mine.rows, whole, "Ada", ids);
  assert.deepEqual(texts(found.now), ["Zero.", "One.", "Two.", "Mine."]);
});

void test("what was not saved before the page was closed goes to its place in a later version", () => {
  const { script: before } = script("One.", "Two.", "Three.");
  const mine = after(before, (each) => setText(each, 2, "Mine."));
  const [change] = changesBetween(before.rows, mine.rows);
  assert.ok(change);
  const save = { version: "", username: "Ada", speakers: [], isOwn: false };
  const longer = { ...save, changes: [saved(0, 1, said("a."), said("b."), said("c."))] };
  assert.deepEqual(
    [movedThrough(change, [longer]).change.first, movedThrough(change, [longer]).username],
    [4, null],
  );
  const same = { ...save, changes: [saved(1, 2, said("x."), said("y."), said("z."))] };
  const moved = movedThrough(change, [longer, { ...same, changes: [saved(3, 2, said("x."), said("y."))] }]);
  assert.deepEqual([moved.change.first, moved.change.removed, moved.username], [3, 2, "Ada"]);
  const times = { ...save, changes: [saved(2, 1, withTimes(said("Three."), 9, 99))] };
  assert.equal(movedThrough(change, [times]).username, null);
  const own = movedThrough(change, [{ ...same, isOwn: true }]);
  assert.deepEqual([own.change.first, own.change.removed, own.username], [1, 3, null]);
});

void test("rows are known again after a reload, though others have saved", () => {
  const fresh = new RowIds(9);
  const saves = [{ version: "", username: "", speakers: [], changes: [saved(1, 1, said("a"), said("b"))] }];
  assert.deepEqual(movedIds([4, 5, 6], saves, fresh), [4, 5, 10, 6]);
});

void test("the difference is the least one", () => {
  const words = (text: string): string[] => text.split("");
  for (const [before, next] of [
    ["abcabba", "cbabac"],
    ["", "abc"],
    ["abc", ""],
    ["abc", "abc"],
    ["xaxbxc", "abc"],
  ] as const) {
    const hunks = difference(words(before), words(next));
    let rebuilt = before;
    for (const each of [...hunks].reverse()) {
      const added = next.slice(each.after, each.after + each.added);
      rebuilt = rebuilt.slice(0, each.before) + added + rebuilt.slice(each.before + each.removed);
    }
    assert.equal(rebuilt, next);
  }
  const count = difference(words("abcabba"), words("cbabac")).reduce(
    (sum, each) => sum + each.removed + each.added,
    0,
  );
  assert.equal(count, 5, "the example of Myers 1986");
  const long = Array.from({ length: 5_000 }, (_, place) => place);
  assert.deepEqual(
    difference(
      long,
      long.map((place) => -place - 1),
    ),
    [{ before: 0, removed: 5_000, after: 0, added: 5_000 }],
  );
});

void test("a correction is found, and where else it is to be made", () => {
  const { script: before } = script("Ask Mr Smit, he knows.", "smit said so.", "The smith.");
  const now = after(before, (each) => setText(each, 0, "Ask Mr Smith, he knows."));
  const correction = correctionOf(row(before.rows, 0).segment, row(now.rows, 0).segment);
  assert.deepEqual(correction, { from: "Smit", to: "Smith" });
  const found = search(now, { find: "Smit", isCaseSensitive: false, isWholeWord: true });
  assert.deepEqual(
    found.map((each) => [each.place, replaced(each, "Smith", true)]),
    [[1, "Smith said so."]],
  );
  assert.equal(correctionOf(said("One two."), said("One two three.")), null);
});

void test("what is searched is a text, no pattern", () => {
  const { script: before } = script("Is it (so)?", "it costs $1.50", "İstanbul");
  const found = (find: string): number =>
    search(before, { find, isCaseSensitive: false, isWholeWord: false }).length;
  assert.deepEqual([found("(so)?"), found("$1.5"), found(".*"), found(" "), found("IS")], [1, 1, 0, 0, 1]);
});
