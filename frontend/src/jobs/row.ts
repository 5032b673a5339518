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
import type { MenuItem } from "../parts/menu";
import { DOWNLOADS, hasEnded, isComplete, nameOf, stateOf, toneOf, type Download, type Job } from "./job";

export interface RowActions {
  // Missing where the person may not.
  readonly download?: (job: Job, kind: Download) => void;
  readonly again?: (job: Job) => void;
  readonly remove?: (job: Job) => void;
}

export interface RowLook {
  readonly showsAccount: boolean;
  readonly isChosen?: boolean;
  /** Missing where there is nothing to choose jobs for. */
  readonly choose?: (job: Job, isChosen: boolean) => void;
}

export function jobRow(job: Job, actions: RowActions, look: RowLook): TemplateResult {
  const items = itemsOf(job, actions);
  return html`<tr>
    ${look.choose ? choiceCell(job, look.isChosen === true, look.choose) : nothing}
    <td class="job-what">
      <a class="job-name" href="${page.base}/web/jobs/${job.JobId}"><bdi>${nameOf(job)}</bdi></a>
      <span class="job-about">${aboutOf(job, look.showsAccount)}</span>
      ${
        job.FailureReason && !isComplete(job)
          ? html`<p class="job-reason" lang="en">${job.FailureReason}</p>`
          : nothing
      }
    </td>
    <td class="job-state">${stateCell(job)}</td>
    <td class="job-when" data-label=${text("jobs.due")}>${dueCell(job)}</td>
    <td class="job-when job-wide" data-label=${text("jobs.created")}>
      ${moment(parseTime(job.CreationDate), "soft")}
    </td>
    <td class="job-actions-cell">
      <div class="job-actions">
        <scribedock-menu
          ?hidden=${!items.length}
          .label=${text("jobs.actions", { name: nameOf(job) })}
          .items=${items}
        ></scribedock-menu>
      </div>
    </td>
  </tr>`;
}

function choiceCell(job: Job, isChosen: boolean, choose: RowLook["choose"]): TemplateResult {
  return html`<td class="job-choice">
    <input
      type="checkbox"
      aria-label=${text("jobs.choose", { name: nameOf(job) })}
      .checked=${isChosen}
      @change=${(event: Event) => choose?.(job, (event.target as HTMLInputElement).checked)}
    />
  </td>`;
}

function aboutOf(job: Job, showsAccount: boolean): TemplateResult[] {
  const parts = [html`<span>${languageName(job.SourceLanguage)}</span>`];
  if (job.MediaLengthSeconds !== undefined) {
    parts.push(html`<span class="number">${formatLength(job.MediaLengthSeconds)}</span>`);
  }
  if (job.ExternalID) parts.push(html`<bdi>${job.ExternalID}</bdi>`);
  if (showsAccount) parts.push(html`<bdi>${job.Username}</bdi>`);
  return parts;
}

function stateCell(job: Job): TemplateResult {
  const isRunning = job.JobStatus === "In Process";
  const state = stateOf(job);
  return html`<span class="pill pill-${toneOf(job)}"
      >${isRunning && job.Progress > 0 ? `${state} · ${formatPercent(job.Progress)}` : state}</span
    >
    ${
      isRunning
        ? html`<progress
            max="1"
            value=${job.Progress}
            aria-label=${text("jobs.progressOf", { name: nameOf(job) })}
          ></progress>`
        : nothing
    }`;
}

function dueCell(job: Job): TemplateResult | typeof nothing {
  const due = parseTime(job.DueDate);
  if (due === null || hasEnded(job)) return nothing;
  return job.Late
    ? html`<span class="job-late">${text("jobs.late")}</span> ${moment(due, "job-late")}`
    : moment(due, "");
}

function moment(time: Date | null, style: string): TemplateResult | typeof nothing {
  if (time === null) return nothing;
  return html`<time class=${style} datetime=${time.toISOString()} title=${formatWhole(time)}
    >${formatMoment(time)}</time
  >`;
}

function itemsOf(job: Job, { download, again, remove }: RowActions): readonly MenuItem[] {
  const items: MenuItem[] = [];
  if (download && isComplete(job)) {
    for (const kind of DOWNLOADS) {
      items.push({ label: text(kind.label), icon: "download", action: () => download(job, kind) });
    }
  }
  if (again && job.DueDate) {
    items.push({ label: text("jobs.again"), icon: "retry", action: () => again(job) });
  }
  if (remove) {
    items.push({ label: text("jobs.delete"), icon: "trash", isDangerous: true, action: () => remove(job) });
  }
  return items;
}
