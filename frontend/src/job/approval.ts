import { html, nothing, type TemplateResult } from "lit";

import { call, CallError } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import { text } from "../frame/texts";
import { PageElement } from "../parts/element";
import { tell } from "../parts/toasts";
import { awaitedOf, type AwaitedVersion, type JobInfo, type PageData } from "./info";

const MAX_COMMENT = 4_000;
const CONFLICT = 409;

/**
 * Asks the customer to approve or reject the transcript, as the page of an approval link does.
 *
 * Set `job` and `awaited`; `isShown` while the version that waits is the one on the page, as no other is approved; and
 * `isReady` once there is something to see.
 * Dispatches `decided` when something has changed, and `showawaited` where that version is to be shown.
 */
class Approval extends PageElement {
  static override properties = {
    job: { type: String },
    awaited: { attribute: false },
    isShown: { attribute: false },
    isReady: { attribute: false },
    problem: { state: true },
    isBusy: { state: true },
  };

  declare job: string;
  declare awaited: AwaitedVersion;
  declare isShown: boolean;
  declare isReady: boolean;
  declare private problem: string;
  declare private isBusy: boolean;

  constructor() {
    super();
    this.problem = "";
    this.isBusy = false;
  }

  private get comment(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  private approve(): Promise<void> {
    const comment = this.comment?.value.trim() ?? "";
    return this.decide("approval.approved", "review/approve", {
      comment,
      base_version: this.awaited.version,
    });
  }

  private async reject(): Promise<void> {
    const note = this.comment?.value.trim() ?? "";
    if (!note) {
      this.problem = text("approval.comment_missing");
      this.comment?.focus();
      return;
    }
    await this.decide("approval.rejected", "review/reject", { note });
  }

  private async decide(
    done: "approval.approved" | "approval.rejected",
    name: string,
    given: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = "";
    try {
      await call(name, { job_id: this.job, kind: "approval", ...given });
      tell(text(done));
      this.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      this.problem = reasonOf(error);
      // Somebody else has decided, or saved: the page shows what there is now.
      if (error instanceof CallError && error.status === CONFLICT)
        this.dispatchEvent(new CustomEvent("decided"));
    }
    this.isBusy = false;
  }

  protected override render(): TemplateResult {
    return html`<section class="card card-inside job-approval" aria-labelledby="approval-title">
      <div>
        <h2 id="approval-title">${text("approval.waits")}</h2>
        <p>${text("approval.text")}</p>
      </div>
      ${this.isShown ? this.form() : this.other()}
    </section>`;
  }

  private form(): TemplateResult {
    const isOff = this.isBusy || !this.isReady;
    return html`<form
      class="job-decision"
      aria-label=${text("approval.form")}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const isApproved = (event.submitter as HTMLButtonElement | null)?.value !== "reject";
        void (isApproved ? this.approve() : this.reject());
      }}
    >
      <div class="field">
        <label for="approval-comment">${text("approval.comment")}</label>
        <textarea
          id="approval-comment"
          rows="3"
          dir="auto"
          maxlength=${MAX_COMMENT}
          aria-invalid=${this.problem ? "true" : nothing}
          aria-describedby="approval-hint${this.problem ? " approval-problem" : ""}"
        ></textarea>
        <span class="hint" id="approval-hint">${text("approval.comment_hint")}</span>
        ${this.problem ? html`<span class="error" id="approval-problem" role="alert">${this.problem}</span>` : nothing}
      </div>
      <p class="job-decision-buttons">
        <button class="button button-primary" value="approve" ?disabled=${isOff}>
          ${text("approval.approve")}
        </button>
        <button class="button" value="reject" ?disabled=${isOff}>${text("approval.reject")}</button>
      </p>
    </form>`;
  }

  private other(): TemplateResult {
    return html`<div class="job-decision">
      <p>${text("approval.other")}</p>
      <p>
        <button
          class="button"
          type="button"
          @click=${() => this.dispatchEvent(new CustomEvent("showawaited"))}
        >
          ${text("approval.look")}
        </button>
      </p>
    </div>`;
  }
}

customElements.define("scribedock-approval", Approval);

/** Asks this person, if what waits for approval is theirs; isShown: null while nothing is shown yet. */
export function approvalCard(
  data: PageData,
  info: JobInfo,
  isShown: boolean | null,
  events: { readonly decided: () => void; readonly look: () => void },
): TemplateResult | typeof nothing {
  const awaited = awaitedOf(data, info);
  if (!awaited) return nothing;
  return html`<scribedock-approval
    .job=${data.job}
    .awaited=${awaited}
    .isShown=${isShown ?? true}
    .isReady=${isShown !== null}
    @decided=${events.decided}
    @showawaited=${events.look}
  ></scribedock-approval>`;
}
