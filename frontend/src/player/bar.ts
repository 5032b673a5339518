/** The controls below a player's picture. */

import { html, nothing, type TemplateResult } from "lit";

import { formatLength } from "../frame/formats";
import { text } from "../frame/texts";
import { icon, type IconName } from "../parts/icons";

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
export const STEP_S = 5;

export interface Controls {
  readonly isReady: boolean;
  readonly isPlaying: boolean;
  readonly hasCaptions: boolean;
  readonly showsCaptions: boolean;
  readonly hasDescription: boolean;
  readonly describes: boolean;
  readonly isMuted: boolean;
  readonly volume: number;
  readonly rate: number;
  readonly isFullScreen: boolean;
  /** Seconds. */
  readonly duration: number;
}

export interface Actions {
  readonly toggle: () => void;
  readonly skip: (seconds: number) => void;
  readonly seek: (seconds: number) => void;
  readonly toggleCaptions: () => void;
  readonly toggleDescription: () => void;
  readonly choose: () => void;
  readonly setRate: (rate: number) => void;
  readonly setVolume: (volume: number) => void;
  readonly toggleMute: () => void;
  readonly toggleFullScreen: () => void;
}

/** The position is not rendered: it changes with every frame, and is written into the elements. */
export function controlBar(controls: Controls, actions: Actions): TemplateResult {
  const { isReady, isPlaying, hasCaptions, showsCaptions, hasDescription, describes } = controls;
  const { isMuted, isFullScreen } = controls;
  return html`<div class="player-bar" role="group" aria-label=${text("player.controls")}>
    <input
      class="player-seek"
      type="range"
      min="0"
      max=${Math.max(controls.duration, 0.001)}
      step="any"
      aria-label=${text("player.seek")}
      ?disabled=${!isReady}
      @input=${(event: Event) => actions.seek((event.target as HTMLInputElement).valueAsNumber)}
    />
    <div class="player-buttons">
      ${button({
        icon: isPlaying ? "pause" : "play",
        label: text(isPlaying ? "player.pause" : "player.play"),
        key: "K",
        action: actions.toggle,
        isDisabled: !isReady,
        style: "player-play",
      })}
      ${button({
        icon: "captions",
        label: text("player.captions"),
        key: "C",
        action: actions.toggleCaptions,
        isDisabled: !hasCaptions,
        isPressed: hasCaptions && showsCaptions,
      })}
      ${
        hasDescription
          ? button({
              icon: "described",
              label: text("player.described"),
              key: "D",
              action: actions.toggleDescription,
              isPressed: describes,
            })
          : nothing
      }
      ${button({
        icon: "back",
        label: text("player.back", { seconds: STEP_S }),
        key: "ArrowLeft",
        action: () => actions.skip(-STEP_S),
        isDisabled: !isReady,
      })}
      ${button({
        icon: "forward",
        label: text("player.forward", { seconds: STEP_S }),
        key: "ArrowRight",
        action: () => actions.skip(STEP_S),
        isDisabled: !isReady,
      })}
      <span class="player-time number"
        ><span class="player-now">0:00</span> / ${formatLength(controls.duration)}</span
      >
      <span class="player-gap"></span>
      <select
        class="player-rate"
        aria-label=${text("player.speed")}
        title=${text("player.speed")}
        @change=${(event: Event) => actions.setRate(Number((event.target as HTMLSelectElement).value))}
      >
        ${RATES.map(
          (rate) =>
            html`<option value=${rate} .selected=${rate === controls.rate}>
              ${text("player.times", { rate: String(rate) })}
            </option>`,
        )}
      </select>
      ${button({
        icon: isMuted ? "muted" : "volume",
        label: text("player.mute"),
        key: "M",
        action: actions.toggleMute,
        isPressed: isMuted,
      })}
      <input
        class="player-volume"
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label=${text("player.volume")}
        .value=${String(isMuted ? 0 : controls.volume)}
        @input=${(event: Event) => actions.setVolume((event.target as HTMLInputElement).valueAsNumber)}
      />
      ${button({ icon: "appearance", label: text("player.appearance"), action: actions.choose })}
      ${button({
        icon: isFullScreen ? "shrink" : "expand",
        label: text(isFullScreen ? "player.leaveFullScreen" : "player.fullScreen"),
        key: "F",
        action: actions.toggleFullScreen,
      })}
    </div>
  </div>`;
}

/** Writes where the player is, in seconds, into its bar. */
export function showPosition(player: HTMLElement, seconds: number, duration: number): void {
  const slider = player.querySelector<HTMLInputElement>(".player-seek");
  const shown = formatLength(Math.floor(seconds));
  if (slider) {
    slider.valueAsNumber = seconds;
    const whole = formatLength(duration);
    slider.setAttribute("aria-valuetext", text("player.position", { now: shown, whole }));
  }
  const now = player.querySelector(".player-now");
  if (now && now.textContent !== shown) now.textContent = shown;
}

interface Button {
  readonly icon: IconName;
  readonly label: string;
  /** As `aria-keyshortcuts` names it. */
  readonly key?: string;
  readonly action: () => void;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
  readonly style?: string;
}

function button(given: Button): TemplateResult {
  const shown = given.key?.length === 1 ? `${given.label} (${given.key})` : given.label;
  return html`<button
    class="button button-quiet button-icon ${given.style ?? ""}"
    type="button"
    aria-label=${given.label}
    title=${shown}
    aria-keyshortcuts=${given.key ?? nothing}
    aria-pressed=${given.isPressed ?? nothing}
    ?disabled=${given.isDisabled}
    @click=${given.action}
  >
    ${icon(given.icon, 20)}
  </button>`;
}
