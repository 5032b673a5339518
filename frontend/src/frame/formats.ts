/** Times, lengths, sizes and languages, written one way on all pages. */

import { page } from "./page";
import { text } from "./texts";

/** The region that the browser is set to decides how times look, within the language of the page. */
const locale = navigator.languages.find((each) => each.split("-")[0] === page.language) ?? page.language;
const thisYear = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const anyYear = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const whole = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const languages = new Intl.DisplayNames(page.language, { type: "language", fallback: "code" });
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Where the list of the API has a code of its own for a language, or none for its country's form. */
const TAGS: Readonly<Record<string, string>> = {
  cz: "cs",
  dk: "da",
  gr: "el",
  se: "sv",
  vn: "vi",
  "zh-cmn": "zh",
  "zh-tw": "zh-TW",
  "zh-yue": "yue",
};

/** Reads a time of the API, which is UTC and says so with no zone; null where it is not known. */
export function parseTime(value: string | undefined): Date | null {
  if (!value) return null;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}

export function formatMoment(time: Date, now: Date = new Date()): string {
  return (time.getFullYear() === now.getFullYear() ? thisYear : anyYear).format(time);
}

export function formatDay(time: Date): string {
  return day.format(time);
}

export function formatWhole(time: Date): string {
  return whole.format(time);
}

/** Writes a length as 1:02:03 or 2:03. */
export function formatLength(seconds: number): string {
  const rounded = Math.round(seconds);
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60)];
  const end = String(rounded % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${end}` : `${minutes}:${end}`;
}

/** Writes a number of bytes in the unit that leaves at most three digits before the point. */
export function formatBytes(bytes: number): string {
  let index = 0;
  let value = bytes;
  while (value >= 1000 && index < UNITS.length - 1) {
    value /= 1000;
    index += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: UNITS[index] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: index < 2 ? 0 : 1,
  }).format(value);
}

export function formatPercent(share: number): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

export function languageName(code: string): string {
  if (code === "auto") return text("app.languageAuto");
  try {
    return languages.of(TAGS[code] ?? code) ?? code;
  } catch {
    return code;
  }
}

/** Codes of languages with their names, by name; those of one name are told apart by their codes. */
export function languageChoices(codes: readonly string[]): readonly (readonly [string, string])[] {
  const names = codes.map(languageName);
  return codes
    .map((code, place) => {
      const name = names[place] ?? code;
      const isShared = names.filter((each) => each === name).length > 1;
      return [code, isShared ? `${name} (${code})` : name] as const;
    })
    .sort((one, other) => one[1].localeCompare(other[1]));
}
