import { html, nothing, render, type TemplateResult } from "lit";

import { languageChoices, languageName } from "../frame/formats";
import { text, textOf } from "../frame/texts";
import { FIDELITIES, type Offer } from "../new/order";

/** In place of a language: that of each recording. */
export const AS_BEFORE = "";

export interface Asked {
  readonly name: string;
  readonly language: string;
  readonly fidelity: string;
  readonly priority: string;
}

export interface OrderQuestion {
  readonly title: string;
  readonly explanation: string;
  readonly yes: string;
  readonly offer: Omit<Offer, "maxBytes">;
  readonly first: Asked;
  readonly asksName: boolean;
  /** Whether the language is asked for; asBefore: each recording may keep its own. */
  readonly languages: "none" | "any" | "asBefore";
}

/** Asks how a recording is to be transcribed; resolves to null where it is not. */
export function askOrder(question: OrderQuestion): Promise<Asked | null> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "order-title");
  let asked = question.first;
  render(
    form(question, (changed) => {
      asked = { ...asked, ...changed };
    }),
    dialog,
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? asked : null);
    });
    dialog.showModal();
  });
}

function form(question: OrderQuestion, change: (changed: Partial<Asked>) => void): TemplateResult {
  const { first, offer } = question;
  const languages = [
    ...(question.languages === "asBefore" ? [[AS_BEFORE, text("again.asBefore")] as const] : []),
    ...(offer.detectsLanguage ? [["auto", languageName("auto")] as const] : []),
    ...languageChoices(offer.languages),
  ];
  return html`<form method="dialog" class="stack">
    <h2 id="order-title">${question.title}</h2>
    <p>${question.explanation}</p>
    ${
      question.asksName
        ? html`<div class="field">
            <label for="order-name">${text("again.name")}</label>
            <input
              id="order-name"
              maxlength="250"
              dir="auto"
              .value=${first.name}
              @input=${on((name) => change({ name }))}
            />
          </div>`
        : nothing
    }
    ${
      question.languages !== "none"
        ? choice("language", text("again.language"), first.language, change, languages)
        : nothing
    }
    ${
      offer.isReviewed
        ? choice(
            "fidelity",
            text("again.fidelity"),
            first.fidelity,
            change,
            FIDELITIES.map(([name]) => [name, textOf("again.fidelity", name)]),
          )
        : nothing
    }
    ${choice(
      "priority",
      text("again.priority"),
      first.priority,
      change,
      offer.priorities.map(([name, hours]) => [
        name,
        text("again.priorityOption", { name: textOf("priority", name), hours }),
      ]),
    )}
    <div class="dialog-buttons">
      <button class="button" value="no">${text("app.cancel")}</button>
      <button class="button button-primary" value="yes">${question.yes}</button>
    </div>
  </form>`;
}

function on(take: (value: string) => void): (event: Event) => void {
  return (event) => take((event.target as HTMLInputElement).value);
}

function choice(
  name: keyof Asked,
  label: string,
  chosen: string,
  change: (changed: Partial<Asked>) => void,
  options: readonly (readonly [string, string])[],
): TemplateResult {
  return html`<div class="field">
    <label for="order-${name}">${label}</label>
    <select id="order-${name}" @change=${on((value) => change({ [name]: value }))}>
      ${options.map(
        ([value, shown]) => html`<option value=${value} .selected=${value === chosen}>${shown}</option>`,
      )}
    </select>
  </div>`;
}
