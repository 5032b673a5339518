/** The player of a job's page. */

import { html, type TemplateResult } from "lit";

import type { DescriptionTexts } from "../player/description";
import type { Media } from "../player/media";
import "../player/player";

export interface Played {
  readonly job: string;
  readonly media: Media | null | undefined;
  readonly label: string;
  readonly captions: string;
  readonly language: string;
}

export interface PlayerEvents {
  readonly media: (media: Media | null) => void;
  readonly described: (texts: DescriptionTexts | null) => void;
  /** Milliseconds. */
  readonly time: (time: number) => void;
}

export function playerCard(played: Played, events: PlayerEvents): TemplateResult {
  return html`<div class="card job-player">
    <scribedock-player
      .job=${played.job}
      .media=${played.media}
      .label=${played.label}
      .captions=${played.captions}
      .language=${played.language}
      @playermedia=${(event: CustomEvent<Media | null>) => events.media(event.detail)}
      @playerdescription=${(event: CustomEvent<DescriptionTexts | null>) => events.described(event.detail)}
      @playertime=${(event: CustomEvent<number>) => events.time(event.detail)}
    ></scribedock-player>
  </div>`;
}
