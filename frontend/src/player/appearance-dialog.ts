import { html, render, type TemplateResult } from "lit";

import { text, textOf } from "../frame/texts";
import {
  applyAppearance,
  CHOICES,
  LABELS,
  rememberAppearance,
  rememberedAppearance,
  USUAL,
  type Appearance,
  type Trait,
} from "./appearance";

/** Lets a person choose how captions look; what is chosen counts at once, and is remembered. */
export function chooseAppearance(): void {
  const dialog = document.createElement("dialog");
  dialog.className = "appearance";
  dialog.setAttribute("aria-labelledby", "appearance-title");
  let appearance = rememberedAppearance();

  const take = (chosen: Appearance): void => {
    appearance = chosen;
    applyAppearance(chosen);
    rememberAppearance(chosen);
    show();
  };
  const show = (): void => {
    render(form(appearance, take), dialog);
  };

  show();
  (document.fullscreenElement ?? document.body).append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function form(appearance: Appearance, take: (chosen: Appearance) => void): TemplateResult {
  return html`<form method="dialog">
    <h2 id="appearance-title">${text("player.appearance")}</h2>
    <div class="caption-preview" aria-hidden="true"><span>${text("player.preview")}</span></div>
    <div class="appearance-fields">
      ${LABELS.map(
        ([trait, label]) =>
          html`<div class="field">
            <label for="appearance-${trait}">${text(label)}</label>
            <select
              id="appearance-${trait}"
              @change=${(event: Event) =>
                take({ ...appearance, [trait]: (event.target as HTMLSelectElement).value })}
            >
              ${CHOICES[trait].map(
                (value) =>
                  html`<option value=${value} .selected=${value === appearance[trait]}>
                    ${nameOf(trait, value)}
                  </option>`,
              )}
            </select>
          </div>`,
      )}
    </div>
    <div class="dialog-buttons">
      <button class="button" type="button" @click=${() => take(USUAL)}>${text("player.usual")}</button>
      <button class="button button-primary" autofocus>${text("player.done")}</button>
    </div>
  </form>`;
}

function nameOf(trait: Trait, value: string): string {
  if (trait === "color" || trait === "background") return textOf("color", value);
  if (trait === "font") return textOf("font", value);
  if (trait === "edge") return textOf("edge", value);
  return text("player.percent", { value });
}
