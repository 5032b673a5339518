import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { call } from "../frame/calls";
import { followJobs } from "../frame/events";
import { isAbort, reasonOf } from "../frame/problems";
import { recall, remember } from "../frame/remembered";
import { counted, text } from "../frame/texts";
import { askText } from "../parts/ask-text";
import { confirm } from "../parts/confirm";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import "../parts/menu";
import { emptyState, errorState } from "../parts/states";
import { tell } from "../parts/toasts";
import { editorUrl, readPasses, takeNext, takePass, type Pass } from "./queue";
import { nameOfPass, passRow, type PassActions } from "./row";

const NAME = "next-review";
/** Jobs of accounts above are no events of this person's account: they are asked for. */
const READ_EVERY_MS = 30_000;
const READ_AGAIN_MS = 1_000;
const MAX_NOTE = 4_000;

/** The queue of those who review transcripts. */
class ReviewsPage extends PageElement {
  private passes: readonly Pass[] | null = null;
  private problem = "";
  private takesNext = recall(NAME) === true;
  private isBusy = false;
  private timer = 0;
  private reading: AbortController | null = null;
  private stopFollowing: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopFollowing = followJobs(
      () => this.readLater(READ_AGAIN_MS),
      () => this.readLater(0),
    );
    void this.read(false);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopFollowing?.();
    window.clearTimeout(this.timer);
    this.reading?.abort();
  }

  private readLater(delay: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(true), delay);
  }

  private async read(isBackground: boolean): Promise<void> {
    window.clearTimeout(this.timer);
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    try {
      if (!isBackground || document.visibilityState === "visible") {
        this.passes = await readPasses({ signal: reading.signal, isBackground });
      }
      this.problem = "";
    } catch (error) {
      if (isAbort(error)) return;
      if (!isBackground || this.passes === null) this.problem = reasonOf(error);
    }
    this.readLater(READ_EVERY_MS);
    this.requestUpdate();
  }

  /** Does something to a pass, one thing at a time; says what went wrong, and reads the queue again. */
  private async attempt(name: string, work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      tell(text("reviews.failed", { name, reason: reasonOf(error) }));
    }
    this.isBusy = false;
    await this.read(false);
  }

  private next(): void {
    void this.attempt(text("reviews.next"), async () => {
      const job = await takeNext();
      if (job) location.assign(editorUrl(job));
    });
  }

  /** After a decision: what is next, where that is wanted, else the top of the page. */
  private async goOn(): Promise<void> {
    const job = this.takesNext ? await takeNext() : null;
    if (job) location.assign(editorUrl(job));
    else this.querySelector<HTMLElement>("h1")?.focus();
  }

  private readonly actions: PassActions = {
    take: (pass) =>
      void this.attempt(nameOfPass(pass), async () => {
        await takePass(pass.job_id);
        location.assign(editorUrl(pass.job_id));
      }),
    approve: (pass) => void this.approve(pass),
    reject: (pass) => void this.reject(pass),
    release: (pass) => void this.release(pass),
  };

  private async approve(pass: Pass): Promise<void> {
    const name = nameOfPass(pass);
    const comment = await askText({
      title: text("reviews.approveTitle", { name }),
      explanation: text("reviews.approveText"),
      label: text("reviews.comment"),
      yes: text("reviews.approveYes"),
      maxLength: MAX_NOTE,
    });
    if (comment === null) return;
    await this.attempt(name, async () => {
      await call("review/approve", { job_id: pass.job_id, comment });
      tell(text("reviews.approved", { name }));
      await this.goOn();
    });
  }

  private async reject(pass: Pass): Promise<void> {
    const name = nameOfPass(pass);
    const note = await askText({
      title: text("reviews.rejectTitle", { name }),
      explanation: text("reviews.rejectText"),
      label: text("reviews.note"),
      yes: text("reviews.rejectYes"),
      missing: text("reviews.noteMissing"),
      maxLength: MAX_NOTE,
      isDangerous: true,
    });
    if (note === null) return;
    await this.attempt(name, async () => {
      await call("review/reject", { job_id: pass.job_id, note });
      tell(text("reviews.rejected", { name }));
      await this.goOn();
    });
  }

  private async release(pass: Pass): Promise<void> {
    const name = nameOfPass(pass);
    const isSure = await confirm({
      title: text("reviews.releaseTitle", { name }),
      explanation: text("reviews.releaseText"),
      yes: text("reviews.releaseYes"),
    });
    if (!isSure) return;
    await this.attempt(name, async () => {
      await call("review/release", { job_id: pass.job_id });
      tell(text("reviews.released", { name }));
      this.querySelector<HTMLElement>("h1")?.focus();
    });
  }

  protected override render(): TemplateResult {
    if (this.passes === null && !this.problem) return this.waiting();
    const waiting = this.passes?.filter((each) => each.status === "open").length ?? 0;
    return html`<div class="page-head">
        <div>
          <h1 tabindex="-1">${text("reviews.title")}</h1>
          <p>
            ${text("reviews.explanation")}
            <span role="status">${this.passes?.length ? counted("reviews.count", waiting) : nothing}</span>
          </p>
        </div>
        ${waiting ? this.nextButton() : nothing}
      </div>
      <div class="card">${this.contents()}</div>
      ${this.passes?.length ? this.choice() : nothing}`;
  }

  /** As the server renders it. */
  private waiting(): TemplateResult {
    return html`<div class="page-head">
        <div>
          <h1>${text("reviews.title")}</h1>
          <p>${text("reviews.explanation")}</p>
        </div>
      </div>
      <div class="card waiting" aria-busy="true"></div>`;
  }

  private nextButton(): TemplateResult {
    return html`<button class="button button-primary" type="button" @click=${() => this.next()}>
      ${icon("play")} ${text("reviews.next")}
    </button>`;
  }

  private choice(): TemplateResult {
    return html`<label class="choice">
      <input
        type="checkbox"
        .checked=${this.takesNext}
        @change=${(event: Event) => {
          this.takesNext = (event.target as HTMLInputElement).checked;
          remember(NAME, this.takesNext);
        }}
      />
      <span>${text("reviews.auto")}</span>
    </label>`;
  }

  private contents(): TemplateResult {
    if (this.problem) {
      return errorState({
        title: text("reviews.unreadable"),
        explanation: this.problem,
        action: html`<button class="button" type="button" @click=${() => void this.read(false)}>
          ${icon("retry")} ${text("app.retry")}
        </button>`,
      });
    }
    if (!this.passes?.length) {
      return emptyState({
        icon: "check",
        title: text("reviews.noneTitle"),
        explanation: text("reviews.noneText"),
      });
    }
    const own = this.passes.filter((each) => each.mine);
    const others = this.passes.filter((each) => !each.mine);
    return html`<table class="jobs" aria-label=${text("reviews.title")}>
      <thead>
        <tr>
          <th scope="col">${text("reviews.job")}</th>
          <th scope="col" class="job-state">${text("reviews.state")}</th>
          <th scope="col" class="job-when">${text("reviews.due")}</th>
          <th scope="col" class="pass-actions"><span class="unseen">${text("reviews.actions")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          [...own, ...others],
          (each) => each.job_id,
          (each) => passRow(each, this.actions),
        )}
      </tbody>
    </table>`;
  }
}

customElements.define("scribedock-reviews", ReviewsPage);
