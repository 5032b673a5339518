/** What a page shows in place of its contents: nothing yet, nothing found, a failure. */

import { html, nothing, type TemplateResult } from "lit";

import { icon, type IconName } from "./icons";

export interface State {
  readonly icon: IconName;
  readonly title: string;
  readonly explanation: string;
  readonly action?: TemplateResult;
}

export function emptyState(state: State): TemplateResult {
  return html`<div class="state">
    ${icon(state.icon, 24)}
    <h2>${state.title}</h2>
    <p>${state.explanation}</p>
    ${state.action ?? nothing}
  </div>`;
}

export function errorState(state: Omit<State, "icon">): TemplateResult {
  return html`<div class="state state-bad" role="alert">
    ${icon("alert", 24)}
    <h2>${state.title}</h2>
    <p>${state.explanation}</p>
    ${state.action ?? nothing}
  </div>`;
}
