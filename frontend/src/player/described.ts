/** What a player shows of a description: its text, where nobody speaks it, and who describes. */

import { html, nothing, type TemplateResult } from "lit";

import { text, type Key } from "../frame/texts";
import type { MediaDescription } from "./description";
import type { Narrated, Way } from "./narrator";

const WAYS: Readonly<Record<Way, Key>> = {
  sound: "player.describedBySound",
  voice: "player.describedByVoice",
  text: "player.describedByText",
};

/** A live region over the picture, so that screen readers say what nobody else does. */
export function describedText(narrated: Narrated): TemplateResult | typeof nothing {
  if (narrated.way !== "text") return nothing;
  return html`<div
    class="player-described"
    role="status"
    dir="auto"
    lang=${narrated.language || nothing}
    .textContent=${narrated.shown}
  ></div>`;
}

/** Says who describes, and why it is not the server. */
export function describedNote(
  narrated: Narrated,
  description: MediaDescription | null,
): TemplateResult | typeof nothing {
  const { way } = narrated;
  if (!way || !description) return nothing;
  if (narrated.isLost && way === "text") {
    return html`<p class="player-describer" role="status">${text("player.describedLost")}</p>`;
  }
  const soon = way !== "sound" && description.preparing ? text("player.describedSoon") : "";
  const reason = way !== "sound" && !soon && description.refused;
  return html`<p class="player-describer" role="status">
    ${text(WAYS[way])} ${soon} ${reason ? html`<span lang="en">${reason}</span>` : nothing}
  </p>`;
}
