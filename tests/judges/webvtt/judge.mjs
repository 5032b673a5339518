// Reads WebVTT from standard input and prints what the W3C's parser makes of it, as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import webvtt from "webvtt-parser";

const entities = createRequire(import.meta.url)("webvtt-parser/html-entities.json");
const { cues, errors } = new webvtt.WebVTTParser(entities).parse(readFileSync(0, "utf8"));
const text = (node) => node.value ?? (node.children ?? []).map(text).join("");
console.log(
  JSON.stringify({
    errors,
    cues: cues.map(({ startTime, endTime, tree }) => ({ start: startTime, end: endTime, text: text(tree) })),
  }),
);
