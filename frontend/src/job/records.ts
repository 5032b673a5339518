/** What a job has besides its results: guidelines, callbacks, its part of the audit log. */

import { html, nothing, type TemplateResult } from "lit";

import { formatBytes } from "../frame/formats";
import { counted, text, textOf } from "../frame/texts";
import type { AuditEntry, Callback, Guideline, JobInfo } from "./info";
import { moment, panel } from "./panels";

export function guidelinesPanel(guidelines: readonly Guideline[]): TemplateResult | typeof nothing {
  if (!guidelines.length) return nothing;
  return panel(
    text("job.guidelines"),
    guidelines.map(
      (each) =>
        html`<details class="guideline">
          <summary>
            <bdi>${each.name || text("job.guideline")}</bdi>
            <span class="soft">${formatBytes(each.size)}</span>
          </summary>
          ${
            each.text === undefined
              ? html`<p class="soft">${text("job.noText")}</p>`
              : html`<pre dir="auto" tabindex="0">${each.text}${each.truncated ? " …" : ""}</pre>`
          }
        </details>`,
    ),
  );
}

const CALLBACK_TONES: Readonly<Record<string, string>> = {
  waiting: "calm",
  failing: "wait",
  delivered: "good",
  failed: "bad",
  aborted: "calm",
};

export function callbacksPanel(
  callbacks: readonly Callback[],
  info: JobInfo,
): TemplateResult | typeof nothing {
  const url = info.ReturnTargets.url?.[0]?.callback_url;
  if (!callbacks.length && !url) return nothing;
  return panel(
    text("job.callbacks"),
    callbacks.length
      ? html`<ul class="entries">
          ${callbacks.map((each) => html`<li>${callback(each)}</li>`)}
        </ul>`
      : html`<p class="soft">${text("job.callbackLater")}</p>
          <p class="address"><bdi>${url}</bdi></p>`,
  );
}

function callback(each: Callback): TemplateResult {
  return html`<span class="pill pill-${CALLBACK_TONES[each.state] ?? "calm"}"
      >${textOf("job.callback", each.state)}</span
    >
    ${each.iwp_name ? textOf("iwp", each.iwp_name) : text("status.MediaFailure")}
    <p class="address"><bdi>${each.url}</bdi></p>
    ${each.next_try ? html`<p class="soft small">${text("job.nextTry")} ${moment(each.next_try)}</p>` : nothing}
    ${
      each.tries.length
        ? html`<details>
            <summary>${counted("job.tries", each.tries.length)}</summary>
            <ol class="tries">
              ${each.tries.map(
                (made) =>
                  html`<li>
                    ${moment(made.at)} <span class="number">${made.http_status ?? ""}</span>
                    <span lang="en">${made.problem}</span>
                  </li>`,
              )}
            </ol>
          </details>`
        : nothing
    }`;
}

export function auditPanel(
  entries: readonly AuditEntry[] | null,
  problem: string,
  open: () => void,
): TemplateResult {
  return html`<section class="card card-inside job-panel">
    <details
      @toggle=${(event: Event) => {
        if ((event.target as HTMLDetailsElement).open) open();
      }}
    >
      <summary><h2>${text("job.audit")}</h2></summary>
      ${problem ? html`<p role="alert">${problem}</p>` : nothing}
      ${
        entries === null
          ? nothing
          : html`<ul class="entries audit">
              ${entries.map(
                (each) =>
                  html`<li>
                    <code>${each.call}</code> ${moment(each.at)}
                    <span class="soft small"
                      ><bdi>${each.person || each.username || text("job.operator")}</bdi> ${each.address}
                      ${each.outcome === "done" ? "" : each.outcome}</span
                    >
                  </li>`,
              )}
            </ul>`
      }
    </details>
  </section>`;
}
