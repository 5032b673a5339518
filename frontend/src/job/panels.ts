/** What is said of a job beside its transcript: facts, decisions, versions, topics. */

import { html, nothing, type TemplateResult } from "lit";

import { formatLength, formatMoment, formatPercent, formatWhole, parseTime } from "../frame/formats";
import { page } from "../frame/page";
import { text, textOf } from "../frame/texts";
import type { Annotation, ElementList } from "./elementlist";
import type { JobInfo, Version } from "./info";

const MAX_TOPICS = 30;
/** The options that name versions of the transcript. */
const VERSIONS = new Set(["return_iwp", "generate_media_intelligence_iwp"]);
const several = new Intl.ListFormat(page.language);

export function panel(title: string, content: unknown): TemplateResult {
  return html`<section class="card card-inside job-panel">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

export function moment(value: string | undefined): TemplateResult | typeof nothing {
  const time = parseTime(value);
  return time
    ? html`<time datetime=${time.toISOString()} title=${formatWhole(time)}>${formatMoment(time)}</time>`
    : nothing;
}

export function factsPanel(info: JobInfo): TemplateResult {
  const facts: (readonly [string, unknown])[] = [
    [text("job.account"), html`<bdi>${info.Username}</bdi>`],
    [text("job.created"), moment(info.CreationDate)],
  ];
  if (info.ExternalID) facts.push([text("job.externalId"), html`<bdi>${info.ExternalID}</bdi>`]);
  if (info.Fidelity) facts.push([text("job.fidelity"), textOf("job.fidelity", info.Fidelity)]);
  if (info.Priority) facts.push([text("job.priority"), textOf("priority", info.Priority)]);
  if (info.Engine) facts.push([text("job.engine"), html`<bdi>${info.Engine}</bdi>`]);
  if (info.Words) facts.push([text("job.words"), info.Words.toLocaleString(page.language)]);
  if (info.Words && info.WordsInDoubt !== undefined) {
    facts.push([text("job.wordsInDoubt"), formatPercent(info.WordsInDoubt / info.Words)]);
  }
  if (info.UnrecognizedSeconds) {
    facts.push([text("job.unrecognized"), formatLength(info.UnrecognizedSeconds)]);
  }
  if (info.RecordingErasedDate) facts.push([text("job.recordingErased"), moment(info.RecordingErasedDate)]);
  if (info.SameRecording?.length) facts.push([text("job.sameRecording"), sameRecording(info.SameRecording)]);
  for (const [name, each] of Object.entries(info.Options)) {
    facts.push([textOf("job.option", name), setting(name, each.setting)]);
  }
  facts.push([text("job.id"), html`<code>${info.JobId}</code>`]);
  return panel(
    text("job.about"),
    html`<dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`,
  );
}

function sameRecording(jobs: readonly string[]): TemplateResult[] {
  return jobs.map(
    (job) =>
      html`<a class="facts-link" href="${page.base}/web/jobs/${job}"><code>${job.slice(0, 8)}</code></a>`,
  );
}

function setting(name: string, value: unknown): string | TemplateResult {
  if (value === true) return text("job.yes");
  if (value === false) return text("job.no");
  if (Array.isArray(value)) return several.format(value.map((each) => spelt(name, String(each))));
  if (typeof value === "object" && value !== null)
    return html`<ul class="entries">
      ${pairs(value)}
    </ul>`;
  return html`<span dir="auto">${spelt(name, String(value))}</span>`;
}

/** A value of an option in words; what is none of a fixed few stands as it is. */
function spelt(name: string, value: string): string {
  return textOf(VERSIONS.has(name) ? "iwp" : `job.option.${name}`, value);
}

function pairs(values: object): TemplateResult[] {
  return Object.entries(values).map(
    ([name, value]) => html`<li><bdi>${name}</bdi>: <bdi>${value}</bdi></li>`,
  );
}

export function decisionsPanel(info: JobInfo): TemplateResult | typeof nothing {
  if (!info.ReviewDecisions?.length) return nothing;
  return panel(
    text("job.decisions"),
    html`<ul class="entries">
      ${info.ReviewDecisions.map(
        (each) =>
          html`<li>
            <span class="pill pill-${each.Decision === "approved" ? "good" : "bad"}"
              >${textOf("job.decision", each.Decision)}</span
            >
            ${moment(each.Date)} ${each.Comment ? html`<p dir="auto">${each.Comment}</p>` : nothing}
          </li>`,
      )}
    </ul>`,
  );
}

/** Below that, two versions are one list, which was published under two names. */
const SAME_LIST_MS = 1_000;

function grouped(versions: readonly Version[]): readonly (readonly Version[])[] {
  const found: Version[][] = [];
  for (const each of versions) {
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last && before && timeOf(each) - timeOf(before) < SAME_LIST_MS) last.push(each);
    else found.push([each]);
  }
  return found.reverse();
}

function timeOf(version: Version): number {
  return parseTime(version.version)?.getTime() ?? 0;
}

export function versionsPanel(
  versions: readonly Version[],
  shown: Version,
  show: (version: Version) => void,
): TemplateResult | typeof nothing {
  const groups = grouped(versions);
  if (groups.length < 2) return nothing;
  return panel(
    text("job.versions"),
    html`<ul class="entries">
      ${groups.map((group) => html`<li class="version">${versionRow(group, shown, show)}</li>`)}
    </ul>`,
  );
}

function versionRow(
  group: readonly Version[],
  shown: Version,
  show: (version: Version) => void,
): TemplateResult | typeof nothing {
  const last = group.at(-1);
  if (!last) return nothing;
  const isShown = group.some((each) => each.version === shown.version);
  const names = group.map((each) => textOf("iwp", each.iwp_name)).reverse();
  return html`<span>${names.join(", ")} <span class="soft small">${moment(last.version)}</span></span>
    <button class="button button-quiet" type="button" aria-pressed=${isShown} @click=${() => show(last)}>
      ${isShown ? text("job.isShown") : text("job.show")}
      <span class="unseen">${names.join(", ")}</span>
    </button>`;
}

export function topicsPanel(
  list: ElementList,
  seek: (time: number) => void,
): TemplateResult | typeof nothing {
  const groups = [
    [text("job.topics"), Object.values(list.topics ?? {})],
    [text("job.keywords"), Object.values(list.keywords ?? {})],
  ] as const;
  if (groups.every(([, found]) => !found.length)) return nothing;
  return panel(
    text("job.intelligence"),
    groups.map(([name, found]) =>
      found.length
        ? html`<h3 class="topics-title">${name}</h3>
            <ul class="topics">
              ${found.slice(0, MAX_TOPICS).map((each) => html`<li>${topic(each, seek)}</li>`)}
            </ul>`
        : nothing,
    ),
  );
}

function topic(each: Annotation, seek: (time: number) => void): TemplateResult {
  const start = each.time_ranges[0]?.start_time ?? 0;
  return html`<button class="chip" type="button" @click=${() => seek(start)}>
    <bdi>${each.display_name}</bdi>
    <span class="soft number">${formatLength(Math.floor(start / 1000))}</span>
  </button>`;
}
