import assert from "node:assert/strict";
import { test } from "node:test";

import { placesOf, textOf } from "../../src/editor/model/elementlist";
import { tokensOf, unitsOf } from "../../src/editor/model/tokens";
import { withText, withTimes, withTimesOf } from "../../src/editor/model/wording";
import { said, times } from "./sample";

void test("words that stay keep their times, and one that takes another's place has its time", () => {
  const edited = withText(said("The see is deep."), "The sea is deep.", "en");
  assert.equal(textOf(edited), "The sea is deep.");
  assert.deepEqual(times(edited), ["0–300", "300–600?", "600–900", "900–1200"]);
});

void test("a mark or a capital changes nothing of a word's time", () => {
  const edited = withText(said("the sea is deep"), "The sea is “deep”!", "en");
  assert.deepEqual(times(edited), ["0–300", "300–600", "600–900", "900–1200"]);
  const last = edited.sequences.at(-1)?.tokens ?? [];
  assert.deepEqual(
    last.map((token) => [token.type, token.display_as]),
    [
      ["punctuation", "“"],
      ["word", "deep"],
      ["punctuation", "”!"],
    ],
  );
});

void test("new words lie between their neighbours, at the end until the segment ends", () => {
  const segment = { ...said("The sea deep."), end_time: 2_000 };
  const spaced = withTimes(segment, 0, 2_000);
  assert.deepEqual(times(withText(spaced, "The sea is very deep.", "en")), [
    "0–300",
    "300–600",
    "600–600?",
    "600–600?",
    "600–900",
  ]);
  assert.deepEqual(times(withText(spaced, "The sea deep. And blue.", "en")).slice(2), [
    "600–900",
    "900–1340?",
    "1340–2000?",
  ]);
});

void test("several words share the time of those whose place they take, by their length", () => {
  const edited = withText(said("a b c"), "a bb dddddd c", "en");
  assert.deepEqual(times(edited), ["0–300", "300–390?", "390–600?", "600–900"]);
});

void test("of words that occur twice the right one is replaced", () => {
  const edited = withText(said("no no no yes no"), "no no maybe yes no", "en");
  assert.deepEqual(times(edited), ["0–300", "300–600", "600–900?", "900–1200", "1200–1500"]);
});

void test("a text that is the same is the same segment", () => {
  const segment = said("The sea.");
  assert.equal(withText(segment, "  The \n sea. ", "en"), segment);
});

void test("a text that was taken away and typed again has its segment's time", () => {
  const empty = withText(said("The sea.", 500), "", "en");
  assert.deepEqual([empty.sequences, empty.start_time, empty.end_time], [[], 500, 1_100]);
  assert.deepEqual(times(withText(empty, "The sea.", "en")), ["500–766?", "766–1100?"]);
});

void test("a sound in brackets is one, with its tag", () => {
  assert.deepEqual(unitsOf("So [soft music] it is.", "en"), ["So", "[soft music]", "it", "is."]);
  assert.deepEqual(
    tokensOf("[Laughter].", 0, 9, false).map(({ type, value, tags }) => [type, value, tags]),
    [
      ["sound", "laughter", ["LAUGH"]],
      ["punctuation", ".", ["ENDS_SENTENCE"]],
    ],
  );
  assert.deepEqual(tokensOf("[soft music]", 0, 9, false)[0]?.tags, ["UNKNOWN"]);
});

void test("Japanese has no spaces, and what was not touched stays as it was", () => {
  const segment = said("海は深いです。", 0, "ja");
  assert.equal(textOf(segment), "海は深いです。");
  const edited = withText(segment, "海は青いです。", "ja");
  assert.equal(textOf(edited), "海は青いです。");
  assert.deepEqual(edited.sequences[0], segment.sequences[0]);
  assert.deepEqual(edited.sequences.at(-1), segment.sequences.at(-1));
  assert.equal(textOf(withText(segment, "海はとても深いです。", "ja")), "海はとても深いです。");
  assert.equal(textOf(withText(segment, "深いです。", "ja")), "深いです。");
});

void test("Japanese and Latin words meet as they are written", () => {
  const segment = said("今日は iPhone を使う。", 0, "ja");
  const text = textOf(segment);
  assert.equal(
    textOf(withText(segment, text.replace("iPhone", "iPad"), "ja")),
    text.replace("iPhone", "iPad"),
  );
});

void test("places count as the page's text does", () => {
  const segment = said("So, 😀 it is.");
  const text = textOf(segment);
  assert.deepEqual(
    placesOf(segment).map(({ from, to }) => text.slice(from, to)),
    ["So,", "😀", "it", "is."],
  );
});

void test("a segment that is moved takes its words along, one that is stretched too", () => {
  assert.deepEqual(times(withTimes(said("a b", 1_000), 3_000, 3_600)), ["3000–3300", "3300–3600"]);
  assert.deepEqual(times(withTimes(said("a b", 1_000), 1_000, 2_200)), ["1000–1600", "1600–2200"]);
});

void test("times that were found for an older text are taken for the words that are still there", () => {
  const mine = withText(said("The sea is deep."), "The blue sea is deep.", "en");
  const found = withTimes(said("The sea is deep."), 100, 1_300);
  assert.deepEqual(times(withTimesOf(mine, found)), [
    "100–400",
    "300–300?",
    "400–700",
    "700–1000",
    "1000–1300",
  ]);
});
