import { html, nothing, type TemplateResult } from "lit";

import { text } from "../frame/texts";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import { droppedFiles, webAddress } from "./chosen";

/** Where files and folders are dropped or chosen, and addresses given. Dispatches `files` and `address`. */
export class FileDrop extends PageElement {
  static override properties = {
    isSmall: { type: Boolean },
    isOver: { state: true },
    asksForUrl: { state: true },
    problem: { state: true },
  };

  declare isSmall: boolean;
  declare private isOver: boolean;
  declare private asksForUrl: boolean;
  declare private problem: string;

  constructor() {
    super();
    this.isSmall = false;
    this.isOver = false;
    this.asksForUrl = false;
    this.problem = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Anywhere on the page: a file that is dropped beside the area would replace the page otherwise.
    document.addEventListener("dragover", this.onOver);
    document.addEventListener("dragleave", this.onLeave);
    document.addEventListener("drop", this.onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("dragover", this.onOver);
    document.removeEventListener("dragleave", this.onLeave);
    document.removeEventListener("drop", this.onDrop);
  }

  private readonly onOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.isOver = true;
  };

  private readonly onLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.isOver = false;
  };

  private readonly onDrop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.isOver = false;
    void droppedFiles(event.dataTransfer).then((files) => this.give(files));
  };

  private give(files: readonly File[]): void {
    if (files.length) this.dispatchEvent(new CustomEvent<readonly File[]>("files", { detail: files }));
  }

  private readonly onChosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    this.give([...(input.files ?? [])]);
    input.value = "";
  };

  private open(id: string): void {
    this.querySelector<HTMLInputElement>(`#${id}`)?.click();
  }

  private readonly onAddress = (event: Event): void => {
    event.preventDefault();
    const input = this.querySelector<HTMLInputElement>("#address");
    const url = webAddress(input?.value ?? "");
    if (url === null) {
      this.problem = text("new.addressWrong");
      input?.focus();
      return;
    }
    this.problem = "";
    if (input) input.value = "";
    this.dispatchEvent(new CustomEvent<URL>("address", { detail: url }));
  };

  protected override render(): TemplateResult {
    return html`<div class="drop ${this.isSmall ? "drop-small" : ""} ${this.isOver ? "drop-over" : ""}">
        ${icon("upload", 32)}
        <h2>${text("new.drop")}</h2>
        <p>${text("new.dropHint")}</p>
        <div class="drop-buttons">
          <button
            class="button ${this.isSmall ? "" : "button-primary"}"
            type="button"
            @click=${() => this.open("files")}
          >
            ${this.isSmall ? text("new.moreFiles") : text("new.chooseFiles")}
          </button>
          <button class="button" type="button" @click=${() => this.open("folder")}>
            ${text("new.chooseFolder")}
          </button>
          <button
            class="button"
            type="button"
            aria-expanded=${this.asksForUrl}
            @click=${() => {
              this.asksForUrl = !this.asksForUrl;
            }}
          >
            ${text("new.fromAddress")}
          </button>
        </div>
        <input id="files" type="file" multiple hidden @change=${this.onChosen} />
        <input id="folder" type="file" webkitdirectory hidden @change=${this.onChosen} />
      </div>
      ${this.asksForUrl ? this.addressForm() : nothing}`;
  }

  private addressForm(): TemplateResult {
    return html`<form class="from-url" novalidate @submit=${this.onAddress}>
      <div class="field">
        <label for="address">${text("new.address")}</label>
        <input
          id="address"
          type="url"
          inputmode="url"
          autocomplete="off"
          placeholder="https://"
          aria-describedby="address-hint"
          aria-invalid=${this.problem !== ""}
        />
        <span id="address-hint" class=${this.problem ? "error" : "hint"}
          >${this.problem || text("new.addressHint")}</span
        >
      </div>
      <button class="button">${text("new.addAddress")}</button>
    </form>`;
  }
}

customElements.define("scribedock-file-drop", FileDrop);
