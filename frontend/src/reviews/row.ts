import { html, nothing, type TemplateResult } from "lit";

import { formatLength, formatMoment, formatWhole, languageName, parseTime } from "../frame/formats";
import { text, textOf } from "../frame/texts";
import { icon } from "../parts/icons";
import type { MenuItem } from "../parts/menu";
import { editorUrl, type Pass } from "./queue";

export interface PassActions {
  readonly take: (pass: Pass) => void;
  readonly approve: (pass: Pass) => void;
  readonly reject: (pass: Pass) => void;
  readonly release: (pass: Pass) => void;
}

export function nameOfPass(pass: Pass): string {
  return pass.job_name || text("reviews.unnamed");
}

export function passRow(pass: Pass, actions: PassActions): TemplateResult {
  const rejection = pass.decisions.findLast((each) => each.decision === "rejected");
  return html`<tr>
    <td class="job-what">
      <span class="job-name"><bdi>${nameOfPass(pass)}</bdi></span>
      <span class="job-about">
        <span>${textOf("iwp", pass.iwp_name)}</span>
        <span>${languageName(pass.language)}</span>
        ${
          pass.media_length === undefined
            ? nothing
            : html`<span class="number">${formatLength(pass.media_length)}</span>`
        }
        <bdi>${pass.username}</bdi>
      </span>
      ${
        rejection
          ? html`<p class="job-reason">${text("reviews.rejectedBefore", { comment: rejection.comment })}</p>`
          : nothing
      }
      ${
        pass.notes
          ? html`<details class="pass-notes">
              <summary>${text("reviews.notes")}</summary>
              <p dir="auto">${pass.notes}</p>
            </details>`
          : nothing
      }
    </td>
    <td class="job-state">${stateOfPass(pass)}</td>
    <td class="job-when" data-label=${text("reviews.due")}>${dueOfPass(pass)}</td>
    <td class="pass-actions">${actionsOf(pass, actions)}</td>
  </tr>`;
}

function stateOfPass(pass: Pass): TemplateResult {
  if (pass.mine) return html`<span class="pill pill-good">${text("reviews.mine")}</span>`;
  if (pass.status === "open") return html`<span class="pill pill-wait">${text("reviews.open")}</span>`;
  return html`<span class="pill pill-calm pill-long"
    >${text("reviews.takenBy", { name: pass.taken_by })}</span
  >`;
}

function dueOfPass(pass: Pass): TemplateResult | typeof nothing {
  const due = parseTime(pass.due);
  if (!due) return nothing;
  const isLate = due.getTime() < Date.now();
  return html`${isLate ? html`<span class="job-late">${text("reviews.late")}</span>` : nothing}
    <time class=${isLate ? "job-late" : ""} datetime=${due.toISOString()} title=${formatWhole(due)}
      >${formatMoment(due)}</time
    >`;
}

function actionsOf(pass: Pass, actions: PassActions): TemplateResult | typeof nothing {
  const name = nameOfPass(pass);
  if (pass.mine) {
    const items: readonly MenuItem[] = [
      { label: text("reviews.approve"), icon: "check", action: () => actions.approve(pass) },
      { label: text("reviews.reject"), icon: "back", action: () => actions.reject(pass) },
      { label: text("reviews.release"), icon: "upload", action: () => actions.release(pass) },
    ];
    return html`<div class="job-actions">
      <a
        class="button button-primary"
        href=${editorUrl(pass.job_id)}
        aria-label=${text("reviews.continueNamed", { name })}
        >${icon("edit")} ${text("reviews.continue")}</a
      >
      <scribedock-menu .label=${text("reviews.more", { name })} .items=${items}></scribedock-menu>
    </div>`;
  }
  if (pass.status !== "open") return nothing;
  return html`<div class="job-actions">
    <button
      class="button"
      type="button"
      aria-label=${text("reviews.takeNamed", { name })}
      @click=${() => actions.take(pass)}
    >
      ${text("reviews.take")}
    </button>
  </div>`;
}
