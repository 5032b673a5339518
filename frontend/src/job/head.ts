/** The top of the page: what job it is, how far, what can be done with it. */

import { html, nothing, type TemplateResult } from "lit";

import {
  formatLength,
  formatMoment,
  formatPercent,
  formatWhole,
  languageName,
  parseTime,
} from "../frame/formats";
import { page } from "../frame/page";
import { text } from "../frame/texts";
import { hasEnded, isComplete, nameOf, stateOf, toneOf } from "../jobs/job";
import { icon } from "../parts/icons";
import type { MenuItem } from "../parts/menu";
import type { JobInfo } from "./info";

export interface HeadActions {
  // Missing where the person may not, or there is nothing to do it with.
  readonly again?: () => void;
  readonly remove?: () => void;
  readonly editUrl?: string;
}

export function pageHead(info: JobInfo, actions: HeadActions): TemplateResult {
  const items: MenuItem[] = [];
  if (actions.again) items.push({ label: text("job.again"), icon: "retry", action: actions.again });
  if (actions.remove) {
    items.push({ label: text("job.delete"), icon: "trash", isDangerous: true, action: actions.remove });
  }
  return html`<div class="page-head job-head">
    <div>
      <a class="job-up" href="${page.base}/web/jobs">${icon("left")} ${text("job.allJobs")}</a>
      <h1 tabindex="-1" dir="auto">${nameOf(info)}</h1>
      <div class="job-facts">${statePill(info)} ${factsOf(info)}</div>
    </div>
    <div class="job-head-buttons">
      ${
        actions.editUrl
          ? html`<a class="button button-primary" href=${actions.editUrl}
              >${icon("edit")} ${text("job.edit")}</a
            >`
          : nothing
      }
      <scribedock-menu ?hidden=${!items.length} .label=${text("job.more")} .items=${items}></scribedock-menu>
    </div>
  </div>`;
}

function statePill(info: JobInfo): TemplateResult {
  const state = stateOf(info);
  const isRunning = info.JobStatus === "In Process" && info.Progress > 0;
  return html`<span class="pill pill-${toneOf(info)}"
    >${isRunning ? `${state} · ${formatPercent(info.Progress)}` : state}</span
  >`;
}

function factsOf(info: JobInfo): TemplateResult[] {
  const facts = [html`<span>${languageName(info.SourceLanguage)}</span>`];
  if (info.MediaLengthSeconds !== undefined) {
    facts.push(html`<span class="number">${formatLength(info.MediaLengthSeconds)}</span>`);
  }
  const [due, completed] = [parseTime(info.DueDate), parseTime(info.CompletedDate)];
  if (isComplete(info) && completed) {
    facts.push(
      html`<span title=${formatWhole(completed)}
        >${text("job.completedAt", { time: formatMoment(completed) })}</span
      >`,
    );
  } else if (due && !hasEnded(info)) {
    facts.push(
      html`<span class=${info.Late ? "late" : ""} title=${formatWhole(due)}
        >${text(info.Late ? "job.overdueSince" : "job.dueAt", { time: formatMoment(due) })}</span
      >`,
    );
  }
  return facts;
}
