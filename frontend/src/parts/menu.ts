import { html, type PropertyValues, type TemplateResult } from "lit";

import { PageElement } from "./element";
import { icon, type IconName } from "./icons";

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly isDangerous?: boolean;
  readonly action: () => void;
}

/** A button that shows a list of buttons; Escape, a click elsewhere and the loss of focus hide it. */
export class Menu extends PageElement {
  static override properties = {
    label: { type: String },
    items: { attribute: false },
    isOpen: { state: true },
  };

  declare label: string;
  declare items: readonly MenuItem[];
  declare private isOpen: boolean;

  constructor() {
    super();
    this.label = "";
    this.items = [];
    this.isOpen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("focusout", this.onFocusOut);
    this.addEventListener("keydown", this.onKey);
    document.addEventListener("pointerdown", this.onPointer);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("focusout", this.onFocusOut);
    this.removeEventListener("keydown", this.onKey);
    document.removeEventListener("pointerdown", this.onPointer);
  }

  private readonly onFocusOut = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && !this.contains(event.relatedTarget)) this.isOpen = false;
  };

  private readonly onPointer = (event: PointerEvent): void => {
    if (this.isOpen && event.target instanceof Node && !this.contains(event.target)) this.isOpen = false;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.isOpen) return;
    const buttons = [...this.querySelectorAll<HTMLButtonElement>(".menu-list button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "Escape") {
      this.isOpen = false;
      this.querySelector<HTMLButtonElement>("button")?.focus();
    } else if (event.key === "ArrowDown") {
      buttons[(at + 1) % buttons.length]?.focus();
    } else if (event.key === "ArrowUp") {
      buttons.at(at <= 0 ? -1 : at - 1)?.focus();
    } else {
      return;
    }
    event.preventDefault();
  };

  protected override updated(changed: PropertyValues): void {
    if (changed.has("isOpen") && this.isOpen) {
      this.querySelector(".menu-list")?.scrollIntoView({ block: "nearest" });
    }
  }

  private choose(item: MenuItem): void {
    this.isOpen = false;
    this.querySelector<HTMLButtonElement>("button")?.focus();
    item.action();
  }

  protected override render(): TemplateResult {
    return html`<div class="menu">
      <button
        class="button button-quiet button-icon"
        type="button"
        aria-label=${this.label}
        aria-expanded=${this.isOpen}
        @click=${() => {
          this.isOpen = !this.isOpen;
        }}
      >
        ${icon("more", 20)}
      </button>
      <ul class="menu-list" ?hidden=${!this.isOpen}>
        ${this.items.map(
          (item) =>
            html`<li>
              <button
                type="button"
                class=${item.isDangerous ? "danger" : ""}
                @click=${() => this.choose(item)}
              >
                ${icon(item.icon)} ${item.label}
              </button>
            </li>`,
        )}
      </ul>
    </div>`;
  }
}

customElements.define("scribedock-menu", Menu);
