import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { followJobs, type JobChange } from "../frame/events";
import { page, pageData } from "../frame/page";
import { isAbort, reasonOf } from "../frame/problems";
import { counted, text } from "../frame/texts";
import type { Offer } from "../new/order";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import "../parts/menu";
import { emptyState, errorState } from "../parts/states";
import { chosenBar } from "./chosen-bar";
import { deleteJobs, downloadResult, downloadZip, transcribeAgain } from "./deeds";
import { filterBar, type Choices } from "./filter-bar";
import { filtersFrom, isNarrowed, NO_FILTERS, PAGE_JOBS, queryOf, type Filters } from "./filters";
import type { Download, Job } from "./job";
import { listJobs, withChange, type Listed } from "./listing";
import { jobRow } from "./row";

const TYPING_MS = 250;
const READ_AGAIN_MS = 1_000;

/** The list of jobs, kept up to date. */
class JobsPage extends PageElement {
  private filters = filtersFrom(new URLSearchParams(location.search));
  private listed: Listed | null = null;
  private problem = "";
  private isStale = false;
  private reading: AbortController | null = null;
  private timer = 0;
  private stopFollowing: (() => void) | null = null;
  private chosen = new Map<string, Job>();
  private readonly choices = pageData() as Choices & {
    readonly mayChange: boolean;
    readonly mayRead: boolean;
    readonly mayUpload: boolean;
    readonly offer: Omit<Offer, "maxBytes">;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("popstate", this.onPop);
    this.stopFollowing = followJobs(this.onChange, () => this.readLater(0, true));
    void this.read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("popstate", this.onPop);
    this.stopFollowing?.();
    window.clearTimeout(this.timer);
    this.reading?.abort();
  }

  private readonly onPop = (): void => {
    this.filters = filtersFrom(new URLSearchParams(location.search));
    void this.read();
  };

  private readonly onChange = (change: JobChange): void => {
    const changed = this.listed && withChange(this.listed, change);
    if (changed) {
      this.listed = changed;
      this.requestUpdate();
    } else {
      this.readLater(READ_AGAIN_MS, true);
    }
  };

  private readLater(delay: number, isBackground = false): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(isBackground), delay);
  }

  private narrow(changed: Partial<Filters>): void {
    this.filters = { ...this.filters, page: 1, ...changed };
    const query = queryOf(this.filters);
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    this.isStale = true;
    this.requestUpdate();
    this.readLater("search" in changed ? TYPING_MS : 0);
  }

  private turnTo(number: number): void {
    this.filters = { ...this.filters, page: number };
    const query = queryOf(this.filters);
    history.pushState(null, "", query ? `?${query}` : location.pathname);
    this.isStale = true;
    void this.read().then(() => {
      this.querySelector<HTMLElement>("h1")?.focus();
      window.scrollTo({ top: 0 });
    });
  }

  private async read(isBackground = false): Promise<void> {
    window.clearTimeout(this.timer);
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    this.requestUpdate();
    try {
      this.listed = await listJobs(this.filters, { signal: reading.signal, isBackground });
      this.problem = "";
      if (!this.listed.jobs.length && this.listed.count > 0) {
        // What was on this page has gone: the last one with jobs is meant.
        this.filters = { ...this.filters, page: Math.ceil(this.listed.count / PAGE_JOBS) };
        await this.read();
        return;
      }
    } catch (error) {
      if (isAbort(error)) return;
      // What is shown stays, however old: the next change, or the next filter, reads again.
      if (!isBackground || this.listed === null) this.problem = reasonOf(error);
    }
    this.isStale = false;
    this.requestUpdate();
  }

  private readonly choose = (job: Job, isChosen: boolean): void => {
    this.chosen = new Map(this.chosen);
    if (isChosen) this.chosen.set(job.JobId, job);
    else this.chosen.delete(job.JobId);
    this.requestUpdate();
  };

  private clear(): void {
    this.chosen = new Map();
    this.requestUpdate();
    this.querySelector<HTMLElement>("h1")?.focus();
  }

  private async deleteThem(jobs: readonly Job[]): Promise<void> {
    if (!(await deleteJobs(jobs))) return;
    await this.read();
    this.clear();
  }

  private async again(jobs: readonly Job[]): Promise<void> {
    if (!(await transcribeAgain(jobs, this.choices.offer))) return;
    this.filters = { ...this.filters, page: 1 };
    await this.read();
    this.clear();
  }

  protected override render(): TemplateResult {
    const isFirst = this.listed?.count === 0 && !isNarrowed(this.filters);
    return html`<div class="page-head">
        <div>
          <h1 tabindex="-1">${text("jobs.title")}</h1>
          <p role="status">
            ${this.listed && !isFirst && !this.problem ? counted("jobs.count", this.listed.count) : nothing}
          </p>
        </div>
        ${isFirst ? nothing : this.newLink()}
      </div>
      <div class="card">
        ${isFirst ? nothing : filterBar(this.filters, this.choices, (changed) => this.narrow(changed))}
        ${this.contents(isFirst)}
      </div>`;
  }

  private newLink(): TemplateResult {
    return html`<a class="button button-primary" href="${page.base}/web/new"
      >${icon("plus")} ${text("jobs.new")}</a
    >`;
  }

  private contents(isFirst: boolean): TemplateResult {
    if (this.problem) {
      return errorState({
        title: text("jobs.unreadable"),
        explanation: this.problem,
        action: html`<button class="button" type="button" @click=${() => void this.read()}>
          ${icon("retry")} ${text("app.retry")}
        </button>`,
      });
    }
    if (this.listed === null) return html`<div class="waiting" aria-busy="true"></div>`;
    if (isFirst) {
      return emptyState({
        icon: "wave",
        title: text("jobs.firstTitle"),
        explanation: text("jobs.firstText"),
        action: html`<a class="button button-primary" href="${page.base}/web/new"
          >${icon("upload")} ${text("jobs.firstAction")}</a
        >`,
      });
    }
    if (this.listed.count === 0) {
      return emptyState({
        icon: "search",
        title: text("jobs.noneTitle"),
        explanation: text("jobs.noneText"),
        action: html`<button class="button" type="button" @click=${() => this.narrow(NO_FILTERS)}>
          ${text("jobs.showAll")}
        </button>`,
      });
    }
    return this.table(this.listed);
  }

  private table({ jobs, count }: Listed): TemplateResult {
    const { mayRead, mayUpload, mayChange, accounts } = this.choices;
    const actions = {
      ...(mayRead && { download: (job: Job, kind: Download) => void downloadResult(job, kind) }),
      ...(mayUpload && { again: (job: Job) => void this.again([job]) }),
      ...(mayChange && { remove: (job: Job) => void this.deleteThem([job]) }),
    };
    const chooses = mayRead || mayUpload || mayChange;
    return html`${this.chosen.size ? this.chosenBar([...this.chosen.values()]) : nothing}
      <table class="jobs ${this.isStale ? "jobs-stale" : ""}" aria-label=${text("jobs.title")}>
        <thead>
          <tr>
            ${chooses ? html`<th scope="col" class="job-choice">${this.chooseAll(jobs)}</th>` : nothing}
            <th scope="col">${text("jobs.recording")}</th>
            <th scope="col" class="job-state">${text("jobs.state")}</th>
            <th scope="col" class="job-when">${text("jobs.due")}</th>
            <th scope="col" class="job-when job-wide">${text("jobs.created")}</th>
            <th scope="col" class="job-actions-cell"><span class="unseen">${text("jobs.more")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            jobs,
            (job) => job.JobId,
            (job) =>
              jobRow(job, actions, {
                showsAccount: accounts.length > 1,
                ...(chooses && { isChosen: this.chosen.has(job.JobId), choose: this.choose }),
              }),
          )}
        </tbody>
      </table>
      ${count > PAGE_JOBS || this.filters.page > 1 ? this.foot(jobs.length, count) : nothing}`;
  }

  private chooseAll(jobs: readonly Job[]): TemplateResult {
    const chosen = jobs.filter((job) => this.chosen.has(job.JobId)).length;
    return html`<input
      type="checkbox"
      aria-label=${text("jobs.chooseAll")}
      .checked=${chosen > 0 && chosen === jobs.length}
      .indeterminate=${chosen > 0 && chosen < jobs.length}
      @change=${(event: Event) => {
        const { checked } = event.target as HTMLInputElement;
        for (const job of jobs) this.choose(job, checked);
      }}
    />`;
  }

  private chosenBar(jobs: readonly Job[]): TemplateResult {
    const { mayRead, mayUpload, mayChange } = this.choices;
    return chosenBar(jobs, {
      ...(mayRead && { download: () => void downloadZip(jobs) }),
      ...(mayUpload && { again: () => void this.again(jobs) }),
      ...(mayChange && { remove: () => void this.deleteThem(jobs) }),
      clear: () => this.clear(),
    });
  }

  private foot(shown: number, count: number): TemplateResult {
    const { page: number } = this.filters;
    const first = (number - 1) * PAGE_JOBS + 1;
    return html`<div class="jobs-foot">
      <span class="number">${text("jobs.range", { first, last: first + shown - 1, count })}</span>
      <nav aria-label=${text("jobs.pages")}>
        <button
          class="button"
          type="button"
          ?disabled=${number === 1}
          @click=${() => this.turnTo(number - 1)}
        >
          ${text("jobs.previous")}
        </button>
        <button
          class="button"
          type="button"
          ?disabled=${first + shown > count}
          @click=${() => this.turnTo(number + 1)}
        >
          ${text("jobs.next")}
        </button>
      </nav>
    </div>`;
  }
}

customElements.define("scribedock-jobs", JobsPage);
