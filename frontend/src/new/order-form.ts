import { html, nothing, type TemplateResult } from "lit";

import { formatBytes, formatMoment, languageChoices } from "../frame/formats";
import { counted, text, textOf } from "../frame/texts";
import { icon } from "../parts/icons";
import { dueOf, FIDELITIES, MAX_NOTES, MAX_TERMS, type Offer, type Order } from "./order";
import type { Recording } from "./recording";

type Change = (changed: Partial<Order>) => void;

export function orderForm(
  order: Order,
  offer: Offer,
  toOrder: readonly Recording[],
  isActive: boolean,
  change: Change,
  submit: () => void,
): TemplateResult {
  return html`<section class="card card-inside order" aria-labelledby="order-title">
    <h2 id="order-title">${text("new.order")}</h2>
    <form
      class="stack"
      @submit=${(event: Event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p></p>
      ${languageField(order, offer, change)} ${offer.isReviewed ? fidelityField(order, change) : nothing}
      <div class="field">
        <label for="priority">${text("new.priority")}</label>
        <select id="priority" @change=${on((priority) => change({ priority }))}>
          ${offer.priorities.map(
            ([name, hours]) =>
              html`<option value=${name} ?selected=${name === order.priority}>
                ${text("new.priorityOption", { name: textOf("priority", name), hours })}
              </option>`,
          )}
        </select>
      </div>
      <details>
        <summary>${text("new.more")}</summary>
        ${speakersField(order, change)} ${termsField(order, change)}
        ${offer.isReviewed ? notesField(order, change) : nothing}
      </details>
      <p class="order-result" aria-live="polite">${resultOf(order, offer, toOrder, isActive)}</p>
      <button class="button button-primary" ?disabled=${!toOrder.length}>
        ${icon("upload")} ${toOrder.length ? counted("new.start", toOrder.length) : text("new.startNone")}
      </button>
    </form>
  </section>`;
}

function on(take: (value: string) => void): (event: Event) => void {
  return (event) => take((event.target as HTMLInputElement).value);
}

function languageField(order: Order, offer: Offer, change: Change): TemplateResult {
  const names = languageChoices(offer.languages);
  const options = offer.detectsLanguage ? [["auto", text("app.languageAuto")] as const, ...names] : names;
  return html`<div class="field">
    <label for="language">${text("new.language")}</label>
    <select id="language" @change=${on((language) => change({ language }))}>
      ${options.map(
        ([code, name]) => html`<option value=${code} ?selected=${code === order.language}>${name}</option>`,
      )}
    </select>
  </div>`;
}

function fidelityField(order: Order, change: Change): TemplateResult {
  return html`<fieldset class="field">
    <legend>${text("new.fidelity")}</legend>
    ${FIDELITIES.map(
      ([name, label, hint]) =>
        html`<label class="choice">
          <input
            type="radio"
            name="fidelity"
            value=${name}
            .checked=${name === order.fidelity}
            @change=${on((fidelity) => change({ fidelity }))}
          />
          <span>${text(label)}<span class="hint">${text(hint)}</span></span>
        </label>`,
    )}
  </fieldset>`;
}

function speakersField(order: Order, change: Change): TemplateResult {
  return html`<div class="field">
    <label for="speakers">${text("new.speakers")}</label>
    <input
      id="speakers"
      type="number"
      min="1"
      max="99"
      inputmode="numeric"
      aria-describedby="speakers-hint"
      .value=${order.speakers}
      @input=${on((speakers) => change({ speakers }))}
    />
    <span class="hint" id="speakers-hint">${text("new.speakersHint")}</span>
  </div>`;
}

function termsField(order: Order, change: Change): TemplateResult {
  return html`<div class="field">
    <label for="terms">${text("new.terms")}</label>
    <textarea
      id="terms"
      dir="auto"
      maxlength=${MAX_TERMS}
      aria-describedby="terms-hint"
      .value=${order.terms}
      @input=${on((terms) => change({ terms }))}
    ></textarea>
    <span class="hint" id="terms-hint">${text("new.termsHint")}</span>
  </div>`;
}

function notesField(order: Order, change: Change): TemplateResult {
  return html`<div class="field">
    <label for="notes">${text("new.notes")}</label>
    <textarea
      id="notes"
      dir="auto"
      maxlength=${MAX_NOTES}
      aria-describedby="notes-hint"
      .value=${order.notes}
      @input=${on((notes) => change({ notes }))}
    ></textarea>
    <span class="hint" id="notes-hint">${text("new.notesHint")}</span>
  </div>`;
}

/** Says what will happen, and until when, before it is ordered. */
function resultOf(order: Order, offer: Offer, toOrder: readonly Recording[], isActive: boolean): string {
  if (!toOrder.length) return text(isActive ? "new.resultActive" : "new.resultNone");
  const bytes = toOrder.reduce((sum, each) => sum + each.size - each.sent, 0);
  const upload = bytes
    ? counted("new.resultUpload", toOrder.length, { size: formatBytes(bytes) })
    : counted("new.resultFetch", toOrder.length);
  const work = textOf("new.result", order.fidelity);
  const now = new Date();
  const last = Math.max(...toOrder.map(({ own }) => dueOf({ ...order, ...own }, offer, now).getTime()));
  const due = text("new.resultDue", { due: formatMoment(new Date(last)) });
  return `${upload} ${work} ${due}`;
}
