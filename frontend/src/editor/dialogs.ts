/** The palettes of speakers and sounds: opened by a key, chosen from by a digit. */

import { html, nothing, render, type TemplateResult } from "lit";

import { text } from "../frame/texts";

export interface Choice {
  readonly label: string;
  readonly action: () => void;
}

export interface Palette {
  readonly title: string;
  readonly choices: readonly Choice[];
  /** A field for something that is not among them. */
  readonly field?: { readonly label: string; readonly yes: string; readonly action: (value: string) => void };
  /** Another field, for what is chosen already. */
  readonly other?: {
    readonly label: string;
    readonly value: string;
    readonly yes: string;
    readonly action: (value: string) => void;
  };
}

/** Opens a palette; resolves when it is closed. */
export function openPalette(palette: Palette): Promise<void> {
  const { title, choices, field, other } = palette;
  return openDialog("palette", title, (close) => {
    const choose = (choice: Choice | undefined): void => {
      if (!choice) return;
      close();
      choice.action();
    };
    return html`<div
      @keydown=${(event: KeyboardEvent) => {
        if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey)
          return;
        if (!/^\d$/.test(event.key)) return;
        event.preventDefault();
        choose(choices[Number(event.key) - 1]);
      }}
    >
      <ul class="palette-choices">
        ${choices.map(
          (choice, place) =>
            html`<li>
              <button class="button" type="button" ?autofocus=${place === 0} @click=${() => choose(choice)}>
                ${place < 9 ? html`<kbd aria-hidden="true">${place + 1}</kbd>` : nothing}
                <bdi>${choice.label}</bdi>
              </button>
            </li>`,
        )}
      </ul>
      ${field ? ask({ ...field, value: "" }, close) : nothing} ${other ? ask(other, close) : nothing}
    </div>`;
  });
}

function ask(
  field: {
    readonly label: string;
    readonly value: string;
    readonly yes: string;
    readonly action: (value: string) => void;
  },
  close: () => void,
): TemplateResult {
  return html`<form
    class="palette-field"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const input = (event.currentTarget as HTMLFormElement).querySelector("input");
      const value = input?.value.trim() ?? "";
      if (!value) return;
      close();
      field.action(value);
    }}
  >
    <label class="field"
      ><span class="field-label">${field.label}</span
      ><input type="text" maxlength="100" autocomplete="off" dir="auto" .value=${field.value}
    /></label>
    <button class="button">${field.yes}</button>
  </form>`;
}

/** Opens a dialog with a title and a button that closes it; resolves when it is closed. */
export function openDialog(
  style: string,
  title: string,
  content: (close: () => void, redraw: () => void) => TemplateResult,
): Promise<void> {
  const dialog = document.createElement("dialog");
  dialog.className = style;
  dialog.setAttribute("aria-labelledby", `${style}-title`);
  const close = (): void => dialog.close();
  const draw = (): void => {
    render(
      html`<h2 id="${style}-title">${title}</h2>
        ${content(close, draw)}
        <div class="dialog-buttons">
          <button class="button" type="button" @click=${close}>${text("edit.close")}</button>
        </div>`,
      dialog,
    );
  };
  draw();
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    dialog.showModal();
  });
}
