/** Two texts side by side, with the words that differ. */

import { html, type TemplateResult } from "lit";

import { difference } from "./model/diff";

/** Two lists of texts, each with its words that the other one lacks marked. */
export interface Marked {
  readonly before: readonly TemplateResult[];
  readonly after: readonly TemplateResult[];
  readonly places: number;
}

/** Compares the words of two lists of texts, wherever a list is divided. */
export function markedTexts(before: readonly string[], after: readonly string[]): Marked {
  const [old, fresh] = [before, after].map((texts) => texts.flatMap((each) => each.split(" ")));
  const [removed, added] = [new Set<number>(), new Set<number>()];
  const hunks = difference(old ?? [], fresh ?? []);
  for (const hunk of hunks) {
    for (let place = 0; place < hunk.removed; place += 1) removed.add(hunk.before + place);
    for (let place = 0; place < hunk.added; place += 1) added.add(hunk.after + place);
  }
  return {
    before: marked(before, removed, (words) => html`<del>${words}</del>`),
    after: marked(after, added, (words) => html`<ins>${words}</ins>`),
    places: hunks.length,
  };
}

function marked(
  texts: readonly string[],
  places: ReadonlySet<number>,
  mark: (words: string) => TemplateResult,
): TemplateResult[] {
  let place = 0;
  return texts.map((each) => {
    const runs: { readonly isMarked: boolean; readonly words: string[] }[] = [];
    for (const word of each.split(" ")) {
      const isMarked = places.has(place);
      const last = runs.at(-1);
      if (last?.isMarked === isMarked) last.words.push(word);
      else runs.push({ isMarked, words: [word] });
      place += 1;
    }
    return html`${runs.map(({ isMarked, words }, number) => {
      const run = words.join(" ");
      return html`${number ? " " : ""}${isMarked ? mark(run) : run}`;
    })}`;
  });
}

export function wordDiff(before: string, after: string): TemplateResult {
  const [old, fresh] = [before.split(" "), after.split(" ")];
  const parts: TemplateResult[] = [];
  let place = 0;
  for (const hunk of difference(old, fresh)) {
    parts.push(html`${fresh.slice(place, hunk.after).join(" ")} `);
    if (hunk.removed)
      parts.push(html`<del>${old.slice(hunk.before, hunk.before + hunk.removed).join(" ")}</del> `);
    if (hunk.added)
      parts.push(html`<ins>${fresh.slice(hunk.after, hunk.after + hunk.added).join(" ")}</ins> `);
    place = hunk.after + hunk.added;
  }
  return html`<span dir="auto">${parts}${fresh.slice(place).join(" ")}</span>`;
}
