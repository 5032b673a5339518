import { html, nothing, type TemplateResult } from "lit";

import { counted, text } from "../frame/texts";
import { icon, type IconName } from "../parts/icons";
import type { Job } from "./job";

export interface ChosenActions {
  // Missing where the person may not.
  readonly download?: () => void;
  readonly again?: () => void;
  readonly remove?: () => void;
  readonly clear: () => void;
}

/** What can be done with the jobs that are chosen. */
export function chosenBar(jobs: readonly Job[], actions: ChosenActions): TemplateResult {
  return html`<div class="chosen" role="group" aria-label=${text("jobs.chosenActions")}>
    <span role="status">${counted("jobs.chosen", jobs.length)}</span>
    ${actions.download ? button("zip", text("jobs.zip"), actions.download) : nothing}
    ${actions.again ? button("retry", text("jobs.again"), actions.again) : nothing}
    ${actions.remove ? button("trash", text("jobs.delete"), actions.remove) : nothing}
    ${button("close", text("jobs.clear"), actions.clear)}
  </div>`;
}

function button(name: IconName, label: string, action: () => void): TemplateResult {
  return html`<button class="button button-quiet" type="button" @click=${action}>
    ${icon(name)} ${label}
  </button>`;
}
