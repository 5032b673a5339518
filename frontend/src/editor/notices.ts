/** What the editor says about itself: whether all is saved, who else is there, what may be corrected alike. */

import { html, nothing, type TemplateResult } from "lit";

import { counted, text, type Key } from "../frame/texts";
import { icon } from "../parts/icons";
import type { Alike } from "./editor";
import { textOf } from "./model/elementlist";
import type { Conflict } from "./model/merging";
import type { Script } from "./model/rows";
import type { SaveState } from "./sync";
import type { TermOffer } from "./terms";
import { formatTime } from "./times";
import { wordDiff } from "./word-diff";

const STATES: Readonly<Record<SaveState, readonly [Key, string]>> = {
  saved: ["edit.saved", "good"],
  unsaved: ["edit.unsaved", "calm"],
  saving: ["edit.saving", "busy"],
  unreachable: ["edit.offline", "wait"],
  failing: ["edit.failing", "bad"],
  refused: ["edit.refused", "bad"],
  signedOut: ["edit.signedOut", "bad"],
  ended: ["edit.ended", "bad"],
};

export function saveStatus(state: SaveState, conflicts: number): TemplateResult {
  const [key, tone] =
    conflicts && state === "unsaved" ? (["edit.undecided", "wait"] as const) : STATES[state];
  return html`<span class="pill pill-${tone} save-state" data-state=${state}>${text(key)}</span>`;
}

/** What has gone wrong with saving, and what becomes of what was typed. */
export function saveProblem(
  state: SaveState,
  reason: string,
  isKept: boolean,
  retry: () => void,
): TemplateResult | typeof nothing {
  if (state === "saved" || state === "unsaved" || state === "saving") return nothing;
  const titles: Readonly<Partial<Record<SaveState, Key>>> = {
    unreachable: "edit.offlineText",
    failing: "edit.failingText",
    refused: "edit.refusedText",
    signedOut: "edit.signedOutText",
    ended: "edit.endedText",
  };
  const key = titles[state];
  return html`<div class="notice notice-bad" role="alert">
    <div>
      ${key ? html`<p>${text(key)}</p>` : nothing}
      ${reason && state !== "unreachable" ? html`<p class="small soft">${reason}</p>` : nothing}
      <p class="small">${text(isKept ? "edit.kept" : "edit.notKept")}</p>
    </div>
    ${
      state === "signedOut" || state === "ended"
        ? nothing
        : html`<button class="button" type="button" @click=${retry}>
            ${icon("retry")} ${text("app.retry")}
          </button>`
    }
  </div>`;
}

/** What was typed and could not be saved before the transcript was closed. */
export function leftNotice(texts: readonly string[], forget: () => void): TemplateResult {
  return html`<section class="notice notice-bad left" aria-labelledby="left-title">
    <div>
      <h2 id="left-title">${text("edit.leftTitle")}</h2>
      <p>${text("edit.leftText")}</p>
      <ul>
        ${texts.map((each) => html`<li dir="auto">${each}</li>`)}
      </ul>
    </div>
    <button class="button" type="button" @click=${forget}>${text("edit.forget")}</button>
  </section>`;
}

export function conflictNotices(
  conflicts: readonly Conflict[],
  script: Script,
  settle: (conflict: Conflict, takesTheirs: boolean) => void,
): TemplateResult | typeof nothing {
  if (!conflicts.length) return nothing;
  return html`<section class="notice conflicts" aria-labelledby="conflicts-title">
    <div>
      <h2 id="conflicts-title">${counted("edit.conflicts", conflicts.length)}</h2>
      <ul>
        ${conflicts.map((conflict) => {
          const mine = script.rows.filter((row) => conflict.mine.includes(row.id));
          const [ours, theirs] = [mine, conflict.theirs].map((rows) =>
            rows.map((row) => textOf(row.segment)).join(" "),
          );
          const start = (mine[0] ?? conflict.theirs[0])?.segment.start_time ?? 0;
          const name = conflict.username || text("edit.somebody");
          return html`<li>
            <p><span class="number soft">${formatTime(start)}</span> ${text("edit.conflictBy", { name })}</p>
            <dl>
              <dt>${text("edit.mine")}</dt>
              <dd dir="auto">${ours || text("edit.removed")}</dd>
              <dt>${text("edit.theirs")}</dt>
              <dd>${theirs ? wordDiff(ours ?? "", theirs) : text("edit.removed")}</dd>
            </dl>
            <div class="conflict-buttons">
              <button class="button" type="button" @click=${() => settle(conflict, false)}>
                ${text("edit.keepMine")}
              </button>
              <button class="button" type="button" @click=${() => settle(conflict, true)}>
                ${text("edit.takeTheirs")}
              </button>
            </div>
          </li>`;
        })}
      </ul>
    </div>
  </section>`;
}

export function alikeBar(
  alike: Alike | null,
  actions: { readonly all: () => void; readonly look: () => void; readonly dismiss: () => void },
): TemplateResult | typeof nothing {
  if (!alike) return nothing;
  const { correction, found } = alike;
  return html`<div class="notice alike" role="status">
    <p>
      <del>${correction.from}</del> → <ins>${correction.to}</ins>
      ${counted("edit.alike", found.length)}
    </p>
    <div class="alike-buttons">
      <button class="button button-primary" type="button" @click=${actions.all}>
        ${counted("edit.fixAlike", found.length)}
      </button>
      <button class="button" type="button" @click=${actions.look}>${text("edit.lookFirst")}</button>
      <button class="button button-quiet" type="button" @click=${actions.dismiss}>
        ${text("app.dismiss")}
      </button>
    </div>
  </div>`;
}

export function termBar(
  offers: readonly TermOffer[],
  take: (offer: TermOffer) => void,
): TemplateResult | typeof nothing {
  if (!offers.length) return nothing;
  return html`<div class="terms" role="group" aria-label=${text("edit.terms")}>
    <span class="small soft">${text("edit.terms")}</span>
    ${offers.map(
      (offer) =>
        html`<button
          class="button button-quiet"
          type="button"
          @mousedown=${(event: MouseEvent) => event.preventDefault()}
          @click=${() => take(offer)}
        >
          <del>${offer.was}</del> <ins>${offer.term}</ins>
        </button>`,
    )}
  </div>`;
}
