import { html, nothing, type TemplateResult } from "lit";

import { SIGNED_OUT } from "../frame/calls";
import { page, pageData } from "../frame/page";
import { reasonOf } from "../frame/problems";
import { text } from "../frame/texts";
import { confirm } from "../parts/confirm";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import "../parts/menu";
import { emptyState, errorState } from "../parts/states";
import { tell } from "../parts/toasts";
import { leftNotice } from "./notices";
import { leftOf, openDocument, type Left, type Opened } from "./opening";
import { Session } from "./session";
import { EditorService, isConflict, type EditorData } from "./service";

/** Corrects a transcript: for the reviewer who has taken it, and for the owner of a finished job. */
class EditPage extends PageElement {
  private readonly data = pageData() as EditorData;
  private readonly service = new EditorService(this.data);
  private session: Session | null = null;
  private isBegun = this.data.isBegun;
  private problem = "";
  private isLeaving = false;
  private left: Left | null = null;
  private top: number | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("beforeunload", this.onLeaving);
    document.addEventListener(SIGNED_OUT, this.onSignedOut);
    void (this.isBegun ? this.open() : this.lookForLeft());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.onLeaving);
    document.removeEventListener(SIGNED_OUT, this.onSignedOut);
    this.session?.stop();
  }

  /** Asks before what is not saved is left, but on the way to a sign-in after which it is there again. */
  private readonly onLeaving = (event: BeforeUnloadEvent): void => {
    const sync = this.session?.sync;
    if (!sync || this.isLeaving || sync.state === "saved") return;
    if (sync.state === "signedOut" && sync.isSafe) return;
    event.preventDefault();
  };

  private readonly onSignedOut = (): void => this.session?.sync.endSession();

  private async lookForLeft(): Promise<void> {
    this.left = await leftOf(this.data);
    this.requestUpdate();
  }

  private async forget(): Promise<void> {
    await this.left?.forget();
    this.left = null;
    this.requestUpdate();
  }

  private async begin(): Promise<void> {
    try {
      await this.service.take();
      this.isBegun = true;
      await this.open();
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  private async open(): Promise<void> {
    this.problem = "";
    this.requestUpdate();
    try {
      const redraw = (): void => this.requestUpdate();
      const media = this.service.media();
      const opened: Opened = await openDocument(this.data, this.service, redraw, redraw);
      this.session = new Session(this.data, this.service, opened, await media, redraw);
      if (opened.isRestored) tell(text("edit.restored"));
      this.requestUpdate();
      await this.updateComplete;
      this.session.show();
    } catch (error) {
      if (isConflict(error)) {
        this.isBegun = false;
        await this.lookForLeft();
      }
      this.problem = reasonOf(error);
    }
    this.requestUpdate();
  }

  private async publish(): Promise<void> {
    const { session, data } = this;
    if (!session) return;
    const isSure = await confirm({
      title: text(data.isCorrection ? "edit.publishTitle" : "edit.approveTitle"),
      explanation: text(data.isCorrection ? "edit.publishText" : "edit.approveText"),
      yes: text(data.isCorrection ? "edit.publish" : "edit.approve"),
    });
    if (!isSure) return;
    try {
      if (!(await session.sync.saveAll())) {
        tell(text("edit.notAllSaved"));
        return;
      }
      await this.service.approve();
      await this.leave();
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  private async release(): Promise<void> {
    const { session, data } = this;
    const isDangerous = data.isCorrection;
    const isSure = await confirm({
      title: text(isDangerous ? "edit.discardTitle" : "edit.releaseTitle"),
      explanation: text(isDangerous ? "edit.discardText" : "edit.releaseText"),
      yes: text(isDangerous ? "edit.discard" : "edit.release"),
      isDangerous,
    });
    if (!isSure || !session) return;
    try {
      if (!isDangerous && !(await session.sync.saveAll())) {
        tell(text("edit.notAllSaved"));
        return;
      }
      await this.service.release();
      await this.leave();
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  private async leave(): Promise<void> {
    this.isLeaving = true;
    this.session?.stop();
    await this.session?.drafts?.end();
    const { kind, job } = this.data;
    location.assign(`${page.base}/web/${kind === "review" ? "reviews" : `jobs/${job}`}`);
  }

  private head(): TemplateResult {
    const { data, session } = this;
    // A reviewer's pass is ended by the reviewer; the customer beside one only saves.
    const isOwn = data.kind === "review" || data.isCorrection;
    return html`<div class="page-head edit-head">
      <div>
        <h1 dir="auto">${data.name || text("edit.unnamed")}</h1>
        <p role="status" class="edit-status">${session ? session.status() : text("edit.explanation")}</p>
      </div>
      <div class="edit-actions">
        ${
          session && isOwn
            ? html`
                <button class="button button-primary" type="button" @click=${() => void this.publish()}>
                  ${icon("check")} ${text(data.isCorrection ? "edit.publish" : "edit.approve")}
                </button>
                <scribedock-menu
                  .label=${text("edit.more")}
                  .items=${[
                    {
                      label: text(data.isCorrection ? "edit.discard" : "edit.release"),
                      icon: data.isCorrection ? "trash" : "back",
                      isDangerous: data.isCorrection,
                      action: () => void this.release(),
                    },
                  ]}
                ></scribedock-menu>
              `
            : nothing
        }
      </div>
    </div>`;
  }

  /** Keeps the row with the focus where it is, whatever appears above it. */
  protected override willUpdate(): void {
    this.top = this.session?.focusTop ?? null;
  }

  protected override updated(): void {
    const { top } = this;
    const now = this.session?.focusTop ?? null;
    if (top !== null && now !== null && top !== now) window.scrollBy({ top: now - top, behavior: "instant" });
  }

  protected override render(): TemplateResult {
    return html`${this.head()} ${this.session ? this.session.view() : this.start()}`;
  }

  private start(): TemplateResult {
    const { data } = this;
    if (!this.isBegun) {
      const isReady = data.status === "Complete" || data.status === "Reviewing";
      const { left } = this;
      return html`<div class="edit-notices">
          ${left ? leftNotice(left.texts, () => void this.forget()) : nothing}
        </div>
        <div class="card">
          ${emptyState({
            icon: "wave",
            title: text(
              isReady ? (data.isCorrection ? "edit.beginTitle" : "edit.takeTitle") : "edit.notReadyTitle",
            ),
            explanation: isReady
              ? text(data.isCorrection ? "edit.beginText" : "edit.takeText")
              : text("edit.notReadyText"),
            ...(isReady && {
              action: html`<button
                class="button button-primary"
                type="button"
                @click=${() => void this.begin()}
              >
                ${text(data.isCorrection ? "edit.begin" : "edit.take")}
              </button>`,
            }),
          })}
        </div>`;
    }
    if (this.problem) {
      return html`<div class="card">
        ${errorState({
          title: text("edit.unreadable"),
          explanation: this.problem,
          action: html`<button class="button" type="button" @click=${() => void this.open()}>
            ${icon("retry")} ${text("app.retry")}
          </button>`,
        })}
      </div>`;
    }
    return html`<div class="card waiting" aria-busy="true"></div>`;
  }
}

customElements.define("scribedock-edit", EditPage);
