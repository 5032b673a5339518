import { html, nothing, render, type TemplateResult } from "lit";

import { call } from "../frame/calls";
import { formatMoment, parseTime } from "../frame/formats";
import { reasonOf } from "../frame/problems";
import { text, textOf } from "../frame/texts";
import { confirm } from "../parts/confirm";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import { tell } from "../parts/toasts";
import { panel } from "./panels";

interface Share {
  readonly ShareId: string;
  readonly Purpose: string;
  readonly Label: string;
  readonly Ends: string;
  readonly LastUsed: string | null;
  readonly Revoked: string | null;
}

const MAX_LABEL = 200;
const HOURS = [24, 24 * 7, 24 * 30, 24 * 90, 24 * 365];
const PURPOSES = ["viewing", "approval"];

/** The links with which people without an account see the job. */
export class Shares extends PageElement {
  static override properties = {
    job: { type: String },
    shares: { state: true },
  };

  declare job: string;
  declare private shares: readonly Share[] | null;

  constructor() {
    super();
    this.job = "";
    this.shares = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  private async read(): Promise<void> {
    try {
      this.shares = await call<readonly Share[]>(
        "job/list_shares",
        { job_id: this.job },
        { isBackground: true },
      );
    } catch {
      this.shares = []; // a link that is made says what is wrong
    }
  }

  private async make(): Promise<void> {
    const wanted = await askShare();
    if (!wanted) return;
    try {
      const { ShareUrl: url } = await call<{ ShareUrl: string }>("job/share", {
        job_id: this.job,
        ...wanted,
      });
      await this.read();
      showUrl(url);
    } catch (error) {
      tell(text("share.failed", { reason: reasonOf(error) }));
    }
  }

  private async revoke(share: Share): Promise<void> {
    const isSure = await confirm({
      title: text("share.revokeTitle"),
      explanation: text("share.revokeText"),
      yes: text("share.revoke"),
      isDangerous: true,
    });
    if (!isSure) return;
    try {
      await call("job/revoke_share", { share_id: share.ShareId });
      await this.read();
    } catch (error) {
      tell(text("share.failed", { reason: reasonOf(error) }));
    }
  }

  protected override render(): TemplateResult {
    const now = Date.now();
    const good = this.shares?.filter(
      (each) => each.Revoked === null && (parseTime(each.Ends)?.getTime() ?? 0) > now,
    );
    return panel(
      text("share.title"),
      html`<p class="soft">${text("share.explanation")}</p>
        ${
          good?.length
            ? html`<ul class="entries">
                ${good.map((each) => html`<li class="version">${this.row(each)}</li>`)}
              </ul>`
            : nothing
        }
        <button class="button share-make" type="button" @click=${() => void this.make()}>
          ${icon("link")} ${text("share.make")}
        </button>`,
    );
  }

  private row(share: Share): TemplateResult {
    const [ends, used] = [parseTime(share.Ends), parseTime(share.LastUsed ?? undefined)];
    return html`<span>
        <bdi>${share.Label || text("share.unnamed")}</bdi> · ${textOf("share.purpose", share.Purpose)}
        <span class="soft small"
          >${ends ? text("share.until", { time: formatMoment(ends) }) : nothing}
          ${used ? text("share.used", { time: formatMoment(used) }) : text("share.unused")}</span
        >
      </span>
      <button class="button button-quiet" type="button" @click=${() => void this.revoke(share)}>
        ${text("share.revoke")}<span class="unseen"> ${share.Label || text("share.unnamed")}</span>
      </button>`;
  }
}

interface Wanted {
  readonly purpose: string;
  readonly hours: number;
  readonly label: string;
}

/** Asks what a link is for; resolves to null where none is wanted. */
function askShare(): Promise<Wanted | null> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "share-title");
  render(
    html`<form method="dialog" class="stack">
      <h2 id="share-title">${text("share.make")}</h2>
      <div class="field">
        <label for="share-label">${text("share.label")}</label>
        <input id="share-label" name="label" maxlength=${MAX_LABEL} dir="auto" autocomplete="off" />
      </div>
      <div class="field">
        <label for="share-purpose">${text("share.for")}</label>
        <select id="share-purpose" name="purpose">
          ${PURPOSES.map((each) => html`<option value=${each}>${textOf("share.purpose", each)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="share-hours">${text("share.hours")}</label>
        <select id="share-hours" name="hours">
          ${HOURS.map(
            (each) =>
              html`<option value=${each} ?selected=${each === 24 * 30}>
                ${text("share.days", { count: each / 24 })}
              </option>`,
          )}
        </select>
      </div>
      <div class="dialog-buttons">
        <button class="button" value="no">${text("app.cancel")}</button>
        <button class="button button-primary" value="yes">${text("share.make")}</button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const value = (name: string): string =>
        dialog.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`)?.value ?? "";
      const wanted = {
        purpose: value("purpose"),
        hours: Number(value("hours")),
        label: value("label").trim(),
      };
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? wanted : null);
    });
    dialog.showModal();
  });
}

/** Shows a link, which no other call does again. */
function showUrl(url: string): void {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "share-url-title");
  const copy = (): void => {
    const box = dialog.querySelector("input");
    box?.select();
    void navigator.clipboard
      .writeText(url)
      .then(() => tell(text("share.copied")))
      .catch(() => undefined); // it is selected, and can be copied by hand
  };
  render(
    html`<form method="dialog">
      <h2 id="share-url-title">${text("share.ready")}</h2>
      <p>${text("share.readyText")}</p>
      <div class="field dialog-field">
        <label for="share-url">${text("share.url")}</label>
        <input id="share-url" readonly .value=${url} />
      </div>
      <div class="dialog-buttons">
        <button class="button" type="button" @click=${copy}>${icon("file")} ${text("share.copy")}</button>
        <button class="button button-primary">${text("share.close")}</button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

customElements.define("scribedock-shares", Shares);
