/** What needs somebody's attention above the list of recordings. */

import { html, nothing, type TemplateResult } from "lit";

import { counted, text } from "../frame/texts";
import type { Interrupted } from "./interrupted";

const SHOWN_PROBLEMS = 20;

export interface InterruptedActions {
  readonly goOn: (interrupted: Interrupted) => void;
  readonly discard: (interrupted: Interrupted) => void;
}

/** kept: the fingerprints of those whose file the browser can still give. */
export function interruptions(
  found: readonly Interrupted[],
  kept: ReadonlySet<string>,
  actions: InterruptedActions,
): TemplateResult | typeof nothing {
  if (!found.length) return nothing;
  return html`<div class="notice interrupted">
    <div>
      <h2>${counted("new.interrupted", found.length)}</h2>
      <p>${text("new.interruptedText")}</p>
      <ul>
        ${found.map(
          (each) =>
            html`<li>
              <bdi>${each.name}</bdi>
              ${
                kept.has(each.fingerprint)
                  ? button(text("new.goOn"), each.name, () => actions.goOn(each))
                  : nothing
              }
              ${button(text("new.discard"), each.name, () => actions.discard(each))}
            </li>`,
        )}
      </ul>
    </div>
  </div>`;
}

function button(label: string, name: string, action: () => void): TemplateResult {
  return html`<button class="button button-quiet" type="button" @click=${action}>
    ${label}<span class="unseen"> ${name}</span>
  </button>`;
}

/** What is wrong in a table of orders, with its lines. */
export function problemList(
  problems: readonly string[],
  dismiss: () => void,
): TemplateResult | typeof nothing {
  if (!problems.length) return nothing;
  const more = problems.length - SHOWN_PROBLEMS;
  return html`<div class="notice notice-bad" role="alert">
    <div>
      <h2>${counted("new.csvProblems", problems.length)}</h2>
      <ul class="problems">
        ${problems.slice(0, SHOWN_PROBLEMS).map((each) => html`<li>${each}</li>`)}
        ${more > 0 ? html`<li>${counted("new.csvMore", more)}</li>` : nothing}
      </ul>
      <button class="button button-quiet" type="button" @click=${dismiss}>${text("app.dismiss")}</button>
    </div>
  </div>`;
}
