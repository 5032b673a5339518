/** What the page shows while, or where, there is nothing of the job to show. */

import { html, type TemplateResult } from "lit";

import { page } from "../frame/page";
import { text } from "../frame/texts";
import { icon } from "../parts/icons";
import { errorState } from "../parts/states";

/** As the server renders it, until it is known what there is. */
export function waitingPage(name: string): TemplateResult {
  return html`<div class="page-head">
      <div><h1 dir="auto">${name || text("job.title")}</h1></div>
    </div>
    <div class="card waiting" aria-busy="true"></div>`;
}

export function goneState(): TemplateResult {
  return errorState({
    title: text("job.gone"),
    explanation: text("job.goneText"),
    action: html`<a class="button" href="${page.base}/web/jobs">${text("job.allJobs")}</a>`,
  });
}

export function failureState(problem: string, retry: () => void): TemplateResult {
  return errorState({
    title: text("job.unreadable"),
    explanation: problem,
    action: html`<button class="button" type="button" @click=${retry}>
      ${icon("retry")} ${text("app.retry")}
    </button>`,
  });
}
