/** The texts of the page, in its language. */

import type catalogue from "../../../scribedock/web/locales/en.json";
import { page } from "./page";

export type Key = keyof typeof catalogue;
type Value = string | number;
type Counted<Name> = Name extends `${infer Stem}.other` ? Stem : never;
/** A text that depends on a number, of which the catalogue has one for each grammatical number. */
export type CountedKey = Counted<Key>;

const plural = new Intl.PluralRules(page.language);
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const integer = new Intl.NumberFormat(page.language);

export function text(key: Key, values: Readonly<Record<string, Value>> = {}): string {
  const found = page.texts[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? integer.format(value) : isolated(value);
  });
}

/** Keeps a right-to-left name from turning the sentence around it (Unicode's FSI and PDI). */
function isolated(value: string): string {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}

/** The text for a number of things, which may also name `{count}`. */
export function counted(
  key: CountedKey,
  count: number,
  values: Readonly<Record<string, Value>> = {},
): string {
  const category = plural.select(count);
  const exact = `${key}.${category}`;
  return text((exact in page.texts ? exact : `${key}.other`) as Key, { count, ...values });
}

/** The text of a key that is put together from data, or the last part of it where there is none. */
export function textOf(stem: string, name: string): string {
  return page.texts[`${stem}.${name}`] ?? name;
}
