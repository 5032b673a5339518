/** What a page shows in place of a transcript that is not there: how far the job is, or why it stopped. */

import { html, nothing, type TemplateResult } from "lit";

import { formatMoment, formatPercent, parseTime } from "../frame/formats";
import { text, type Key } from "../frame/texts";
import { icon, type IconName } from "../parts/icons";
import type { JobInfo } from "./info";

export interface ProgressActions {
  // Missing where the person may not.
  readonly order?: () => void;
  readonly authorize?: () => void;
  readonly again?: () => void;
}

export function progressCard(info: JobInfo, actions: ProgressActions): TemplateResult {
  return html`<section class="card job-progress">${contents(info, actions)}</section>`;
}

function contents(info: JobInfo, actions: ProgressActions): TemplateResult {
  const erased = parseTime(info.ResultsErasedDate);
  if (erased)
    return state("trash", text("job.erased"), text("job.erasedText", { time: formatMoment(erased) }));
  switch (info.JobStatus) {
    case "Authorizing":
      return state(
        "alert",
        text("job.authorizing"),
        text("job.authorizingText"),
        button("job.authorize", "check", actions.authorize),
      );
    case "In Process":
      return running(info);
    case "Reviewing":
      return state("edit", text("job.reviewing"), whenDue(info, "job.reviewingText"));
    case "Media Failure":
      return failed(info, actions);
    case "Complete":
      return state("file", text("job.noResult"), text("job.noResultText"));
    default:
      return info.DueDate
        ? state("wave", text("job.waiting"), whenDue(info, "job.waitingText"))
        : state(
            "wave",
            text("job.notOrdered"),
            text("job.notOrderedText"),
            button("again.order", "check", actions.order),
          );
  }
}

function running(info: JobInfo): TemplateResult {
  const isKnown = info.Progress > 0;
  return state(
    "wave",
    isKnown ? text("job.runningAt", { share: formatPercent(info.Progress) }) : text("job.running"),
    whenDue(info, "job.runningText"),
    html`<progress
      max="1"
      value=${isKnown ? info.Progress : nothing}
      aria-label=${text("job.progress")}
    ></progress>`,
  );
}

function failed(info: JobInfo, actions: ProgressActions): TemplateResult {
  return html`<div class="state state-bad">
    ${icon("alert", 24)}
    <h2>${text("job.failed")}</h2>
    <p lang="en">${info.FailureReason ?? ""}</p>
    ${button("job.retry", "retry", actions.again)}
  </div>`;
}

function whenDue(info: JobInfo, key: Key): string {
  const due = parseTime(info.DueDate);
  return due && due.getTime() > Date.now()
    ? `${text(key)} ${text("job.until", { time: formatMoment(due) })}`
    : text(key);
}

function state(name: IconName, title: string, explanation: string, action?: unknown): TemplateResult {
  return html`<div class="state">
    ${icon(name, 24)}
    <h2>${title}</h2>
    <p>${explanation}</p>
    ${action ?? nothing}
  </div>`;
}

function button(
  label: Key,
  name: IconName,
  action: (() => void) | undefined,
): TemplateResult | typeof nothing {
  if (!action) return nothing;
  return html`<button class="button button-primary" type="button" @click=${action}>
    ${icon(name)} ${text(label)}
  </button>`;
}
