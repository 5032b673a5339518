import assert from "node:assert/strict";
import { test } from "node:test";

import type { ElementList, Segment } from "../../src/job/elementlist";
import { passagesOf } from "../../src/job/passages";
import type { DescriptionTexts } from "../../src/player/description";

function segment(start: number, text: string, speaker: number): Segment {
  const sequences = text.split(" ").map((word, index) => ({
    start_time: start + 300 * index,
    end_time: start + 300 * (index + 1),
    tokens: [{ type: "word" as const, display_as: word, start_time: start, end_time: start }],
  }));
  return { start_time: start, end_time: start + 300 * sequences.length, sequences, speaker_id: speaker };
}

const LIST: ElementList = {
  start_time: 0,
  end_time: 4_000,
  language: "de",
  speakers: [{ id: 1, name: "Ada" }],
  segments: [segment(0, "One two", 1), segment(1_000, "three four", 1), segment(2_000, "five", 1)],
};

function described(...starts: number[]): DescriptionTexts {
  const texts = starts.map((start) => ({ start_ms: start, end_ms: start + 500, text: `at ${start}` }));
  return { language: "en", texts };
}

function texts(starts: readonly number[]): readonly string[] {
  return passagesOf(LIST, 0, described(...starts)).map((each) => each.text);
}

void test("what one person says is one passage where nothing describes the picture", () => {
  assert.deepEqual(
    passagesOf(LIST, 0).map((each) => [each.speaker, each.text]),
    [["Ada", "One two three four five"]],
  );
});

void test("a description divides what is said before the sentence that begins with it or later", () => {
  assert.deepEqual(texts([700]), ["One two", "at 700", "three four five"]);
  assert.deepEqual(texts([1_000]), ["One two", "at 1000", "three four five"]);
  assert.deepEqual(texts([1_100, 1_900]), ["One two three four", "at 1100", "at 1900", "five"]);
});

void test("descriptions before and after all that is said are there too", () => {
  assert.deepEqual(texts([0, 9_000]), ["at 0", "One two three four five", "at 9000"]);
});

void test("a description has its own language, and no speaker is named again after it", () => {
  const found = passagesOf(LIST, 0, described(700));
  assert.deepEqual(
    found.map((each) => [each.describedIn, each.speaker]),
    [
      [undefined, "Ada"],
      ["en", ""],
      [undefined, ""],
    ],
  );
});
