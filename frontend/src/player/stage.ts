/** The picture of a player, and what it says in its place or over it. */

import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";

import { text } from "../frame/texts";
import { icon } from "../parts/icons";
import { describedText } from "./described";
import type { Media } from "./media";
import type { Narrated } from "./narrator";
import { sayingOf } from "./saying";

export interface Stage {
  /** undefined while it is not known, null where there is none. */
  readonly media: Media | null | undefined;
  readonly problem: string;
  readonly label: string;
  /** Of a WebVTT file; empty where there are no captions. */
  readonly captionsUrl: string;
  readonly language: string;
  readonly narrated: Narrated;
}

export interface StageEvents {
  readonly toggle: () => void;
  readonly loaded: () => void;
  readonly lengthened: () => void;
  readonly state: () => void;
  readonly seeked: () => void;
  readonly failed: () => void;
  readonly retry: () => void;
}

export function playerStage(stage: Stage, events: StageEvents): TemplateResult {
  const { media } = stage;
  const source = media?.source ?? null;
  const isSound = media?.kind === "sound" || media?.sound_only === true;
  return html`<div class="player-stage ${isSound ? "player-sound" : ""} ${source ? "" : "player-empty"}">
    ${isSound && source ? icon("wave", 48) : nothing}
    ${
      source
        ? html`<video
            class="player-video"
            playsinline
            preload="metadata"
            aria-label=${stage.label}
            src=${source.url}
            @click=${events.toggle}
            @loadedmetadata=${events.loaded}
            @durationchange=${events.lengthened}
            @play=${events.state}
            @pause=${events.state}
            @ended=${events.state}
            @seeked=${events.seeked}
            @error=${events.failed}
          >
            ${stage.captionsUrl ? keyed(stage.captionsUrl, captionTrack(stage)) : nothing}
          </video>`
        : nothing
    }
    ${describedText(stage.narrated)} ${stageNote(media, stage.problem, events.retry)}
  </div>`;
}

/** A new element for each file: browsers keep the cues of one whose address changes. */
function captionTrack({ captionsUrl, language }: Stage): TemplateResult {
  return html`<track
    kind="captions"
    src=${captionsUrl}
    srclang=${language || "en"}
    label=${text("player.captions")}
    default
  />`;
}

function stageNote(
  media: Media | null | undefined,
  problem: string,
  retry: () => void,
): TemplateResult | typeof nothing {
  if (problem) {
    return html`<div class="player-note" role="alert">
      ${icon("alert", 24)}
      <p>${problem}</p>
      <button class="button" type="button" @click=${retry}>${icon("retry")} ${text("app.retry")}</button>
    </div>`;
  }
  if (media === undefined) return nothing;
  const saying = sayingOf(media);
  if (!saying) return nothing;
  const reason = saying.reason ? html`<p class="small" lang="en">${saying.reason}</p>` : nothing;
  if (media?.source) {
    return html`<div class="player-hint" role="status">
      <p>${saying.words}</p>
      ${reason}
    </div>`;
  }
  return html`<div class="player-note" role="status">
    ${icon(media?.state === "refused" ? "alert" : "wave", 24)}
    <p>${saying.words}</p>
    ${reason}
  </div>`;
}
