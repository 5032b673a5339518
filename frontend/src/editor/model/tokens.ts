/** From typed text to sequences and their tokens: words, punctuation, sounds. */

import { isUnspaced, type Token } from "./elementlist";

/** A sound stands in square brackets, also where its name has spaces; anything else ends at a space. */
const UNIT = /\[[^[\]]{1,80}\]\S*|\S+/gu;
const SOUND = /^\[([^[\]]{1,80})\]/u;
const CORE = /[\p{L}\p{N}\p{M}](?:.*[\p{L}\p{N}\p{M}])?/su;
const SENTENCE_END = /^[.?!…。？！]/u;

/** The tags of the API, and the words by which people call these sounds. */
const TAGS: Readonly<Record<string, string>> = {
  applaus: "APPLAUSE",
  durcheinander: "CROSSTALK",
  fremdsprache: "FOREIGN",
  geräusch: "NOISE",
  husten: "COUGH",
  lachen: "LAUGH",
  musik: "MUSIC",
  unverständlich: "INAUDIBLE",
  applause: "APPLAUSE",
  bleep: "BLEEP",
  "blank audio": "BLANK_AUDIO",
  cough: "COUGH",
  crosstalk: "CROSSTALK",
  foreign: "FOREIGN",
  inaudible: "INAUDIBLE",
  laugh: "LAUGH",
  laughter: "LAUGH",
  music: "MUSIC",
  noise: "NOISE",
};

/** The sounds that are offered, as they are called in the language of the transcript. */
export function soundNames(language: string): readonly string[] {
  return language.startsWith("de")
    ? ["Applaus", "Lachen", "Musik", "Geräusch", "Durcheinander", "Unverständlich", "Husten", "Fremdsprache"]
    : ["applause", "laughter", "music", "noise", "crosstalk", "inaudible", "cough", "foreign"];
}

/** Divides a text into what no space divides; writing without spaces into words. */
export function unitsOf(text: string, language: string): string[] {
  const units: string[] = [];
  for (const [unit] of text.matchAll(UNIT)) {
    if (isUnspaced(unit) && !SOUND.test(unit)) units.push(...words(unit, language));
    else units.push(unit);
  }
  return units;
}

function words(text: string, language: string): string[] {
  const found: string[] = [];
  for (const each of new Intl.Segmenter(language, { granularity: "word" }).segment(text)) {
    const last = found.length - 1;
    // A mark belongs to the word before it, as in writing with spaces.
    if (!each.isWordLike && last >= 0) found[last] = (found[last] ?? "") + each.segment;
    else found.push(each.segment);
  }
  return found;
}

/** Returns what makes two spellings the same word: its letters in lower case; a mark is itself. */
export function coreOf(unit: string): string {
  return CORE.exec(unit)?.[0].toLowerCase() ?? unit;
}

/** Returns where the word of a unit begins and ends, without the marks around it. */
export function coreSpan(unit: string): readonly [number, number] {
  const core = CORE.exec(unit);
  return core ? [core.index, core.index + core[0].length] : [0, unit.length];
}

/** Makes the tokens of a unit; the marks before a word have its start as their time, those after it its end. */
export function tokensOf(unit: string, start: number, end: number, isEstimated: boolean): Token[] {
  const sound = SOUND.exec(unit);
  if (sound) {
    const name = (sound[1] ?? "").toLowerCase();
    return [
      {
        ...token("sound", sound[0], start, end, isEstimated),
        value: name,
        tags: [TAGS[name] ?? "UNKNOWN"],
      },
      ...marks(unit.slice(sound[0].length), end),
    ];
  }
  const core = CORE.exec(unit);
  if (!core) return marks(unit, start);
  return [
    ...marks(unit.slice(0, core.index), start),
    token("word", core[0], start, end, isEstimated),
    ...marks(unit.slice(core.index + core[0].length), end),
  ];
}

function marks(text: string, time: number): Token[] {
  if (!text) return [];
  const tags = SENTENCE_END.test(text) ? ["ENDS_SENTENCE"] : [];
  return [{ ...token("punctuation", text, time, time, false), tags }];
}

function token(type: Token["type"], text: string, start: number, end: number, interpolated: boolean): Token {
  return {
    type,
    value: text.toLowerCase(),
    display_as: text,
    start_time: start,
    end_time: end,
    interpolated,
    tags: [],
  };
}
