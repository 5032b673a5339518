/** Two texts side by side, with the words that differ. */

import { html, type TemplateResult } from "lit";

import { difference } from "./model/diff";

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
