import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { text } from "../frame/texts";
import { PageElement } from "./element";
import { icon } from "./icons";

interface Toast {
  readonly number: number;
  readonly message: string;
}

const SHOWN_MS = 8_000;

/** Short messages at the edge of the page, which screen readers announce. */
class Toasts extends PageElement {
  private toasts: readonly Toast[] = [];
  private count = 0;

  show(message: string): void {
    this.count += 1;
    const toast = { number: this.count, message };
    this.toasts = [...this.toasts.slice(-2), toast];
    this.requestUpdate();
    window.setTimeout(() => this.drop(toast), SHOWN_MS);
  }

  private drop(toast: Toast): void {
    this.toasts = this.toasts.filter((each) => each !== toast);
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    return html`<div class="toasts" role="status">
      ${repeat(
        this.toasts,
        (toast) => toast.number,
        (toast) =>
          html`<div class="toast">
            <span>${toast.message}</span>
            <button
              class="button button-quiet button-icon"
              type="button"
              aria-label=${text("app.dismiss")}
              @click=${() => this.drop(toast)}
            >
              ${icon("close")}
            </button>
          </div>`,
      )}
    </div>`;
  }
}

customElements.define("scribedock-toasts", Toasts);

/** Tells people something that needs no answer. */
export function tell(message: string): void {
  document.querySelector<Toasts>("scribedock-toasts")?.show(message);
}
