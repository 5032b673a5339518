/** The buttons of the editor: playing, editing, the times of a row. */

import { html, nothing, type TemplateResult } from "lit";

import { text, textOf } from "../frame/texts";
import { icon, type IconName } from "../parts/icons";
import type { Media } from "../player/media";
import { sayingOf } from "../player/saying";
import type { Editor } from "./editor";
import { ariaKeys, keyLabel } from "./keys-dialog";
import type { Bindings, Command } from "./model/keys";
import { SPEEDS } from "./recording";
import { formatTime, parseTime } from "./times";

const ICONS: Readonly<Partial<Record<Command, IconName>>> = {
  play: "play",
  back: "back",
  forward: "forward",
  loop: "loop",
  split: "split",
  merge: "merge",
  insert: "rowPlus",
  remove: "trash",
  speaker: "person",
  sound: "wave",
  listen: "ear",
  undo: "undo",
  redo: "redo",
  find: "search",
  keys: "keyboard",
};
const NUDGE_MS = 100;

export interface Controls {
  readonly bindings: Bindings;
  readonly run: (command: Command) => void;
}

function button(
  command: Command,
  { bindings, run }: Controls,
  given: { isDisabled?: boolean; isPressed?: boolean; icon?: IconName; label?: string } = {},
): TemplateResult {
  const keys = bindings[command];
  const label = given.label ?? textOf("edit.command", command);
  const first = keys[0];
  return html`<button
    class="button button-quiet button-icon"
    type="button"
    aria-label=${label}
    title=${first ? `${label} (${keyLabel(first)})` : label}
    aria-keyshortcuts=${ariaKeys(keys)}
    aria-pressed=${given.isPressed === undefined ? nothing : given.isPressed}
    aria-disabled=${given.isDisabled ? "true" : nothing}
    @mousedown=${(event: MouseEvent) => event.preventDefault()}
    @click=${() => {
      if (!given.isDisabled) run(command);
    }}
  >
    ${icon(given.icon ?? ICONS[command] ?? "more", 20)}
  </button>`;
}

export function transport(editor: Editor, controls: Controls, canPlay: boolean): TemplateResult {
  const { recording } = editor;
  const isOff = !canPlay;
  return html`<div class="transport" role="group" aria-label=${text("edit.playing")}>
    ${button("back", controls, { isDisabled: isOff })}
    ${button("play", controls, {
      isDisabled: isOff,
      icon: recording.isPlaying ? "pause" : "play",
      label: text(recording.isPlaying ? "edit.pause" : "edit.command.play"),
    })}
    ${button("forward", controls, { isDisabled: isOff })}
    ${button("loop", controls, { isDisabled: isOff, isPressed: recording.isLooping })}
    <label class="speed"
      ><span class="unseen">${text("edit.speed")}</span
      ><select
        @change=${(event: Event) => {
          recording.speed = Number((event.target as HTMLSelectElement).value);
        }}
      >
        ${SPEEDS.map(
          (each) =>
            html`<option value=${each} .selected=${Math.abs(each - recording.speed) < 0.001}>
              ${each}×
            </option>`,
        )}
      </select></label
    >
    <span class="edit-clock number" data-clock></span>
  </div>`;
}

/** Why the recording cannot be heard, or not seen; undefined while that is not known. */
export function mediaNote(media: Media | null | undefined): TemplateResult | typeof nothing {
  const saying = media === undefined ? null : sayingOf(media);
  if (!saying) return nothing;
  const { words, reason } = saying;
  return html`<p class="edit-media-note" role="status">
    <span>
      ${words} ${reason ? html`<span lang="en">${reason}</span>` : nothing}
      ${media?.source ? nothing : text("edit.mediaMeanwhile")}
    </span>
  </p>`;
}

export function tools(
  editor: Editor,
  controls: Controls,
  canListen: boolean,
  versions: () => void,
): TemplateResult {
  const { history } = editor.document;
  const hasRow = editor.place >= 0;
  return html`<div class="tools" role="group" aria-label=${text("edit.tools")}>
    ${button("undo", controls, { isDisabled: !history.canUndo })}
    ${button("redo", controls, { isDisabled: !history.canRedo })}
    <span class="tools-rule" aria-hidden="true"></span>
    ${button("split", controls, { isDisabled: !hasRow })}
    ${button("merge", controls, { isDisabled: !hasRow })} ${button("insert", controls)}
    ${button("remove", controls, { isDisabled: !hasRow })}
    <span class="tools-rule" aria-hidden="true"></span>
    ${button("speaker", controls, { isDisabled: !hasRow })}
    ${button("sound", controls, { isDisabled: !hasRow })}
    ${canListen ? button("listen", controls, { isDisabled: !hasRow }) : nothing}
    <span class="tools-rule" aria-hidden="true"></span>
    <button
      class="button button-quiet"
      type="button"
      aria-keyshortcuts=${ariaKeys(controls.bindings.nextDoubt)}
      title=${keyLabel(controls.bindings.nextDoubt[0] ?? "")}
      @mousedown=${(event: MouseEvent) => event.preventDefault()}
      @click=${() => controls.run("nextDoubt")}
    >
      ${textOf("edit.command", "nextDoubt")}
    </button>
    ${button("find", controls)}
    <button
      class="button button-quiet button-icon"
      type="button"
      aria-label=${text("edit.versionsTitle")}
      title=${text("edit.versionsTitle")}
      @click=${versions}
    >
      ${icon("versions", 20)}
    </button>
    ${button("keys", controls)}
  </div>`;
}

/** The times of the current row: fields and buttons that do what dragging in the waveform does. */
export function rowTimes(editor: Editor): TemplateResult | typeof nothing {
  const segment = editor.document.script.rows[editor.place]?.segment;
  if (!segment) return nothing;
  const { start_time: start, end_time: end } = segment;
  return html`<div class="row-times" role="group" aria-label=${text("edit.times")}>
    ${timeField("edit.start", start, (value) => editor.setTimes(value, end))}
    ${timeField("edit.end", end, (value) => editor.setTimes(start, value))}
    <span class="time-field">
      <span class="time-field-name">${text("edit.fromHere")}</span>
      ${nudge(text("edit.shiftEarlier"), "−", () => editor.shiftFromHere(-NUDGE_MS))}
      ${nudge(text("edit.shiftLater"), "+", () => editor.shiftFromHere(NUDGE_MS))}
    </span>
  </div>`;
}

function timeField(
  key: "edit.start" | "edit.end",
  time: number,
  changed: (value: number) => void,
): TemplateResult {
  const label = text(key);
  return html`<span class="time-field">
    <label
      ><span>${label}</span>
      <input
        type="text"
        inputmode="decimal"
        autocomplete="off"
        class="number"
        .value=${formatTime(time)}
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          const value = parseTime(input.value);
          if (value === null) input.value = formatTime(time);
          else changed(value);
        }}
      />
    </label>
    ${nudge(text("edit.earlier", { what: label }), "−", () => changed(time - NUDGE_MS))}
    ${nudge(text("edit.later", { what: label }), "+", () => changed(time + NUDGE_MS))}
  </span>`;
}

function nudge(label: string, sign: string, action: () => void): TemplateResult {
  return html`<button
    class="button button-quiet button-icon"
    type="button"
    aria-label=${label}
    title=${label}
    @click=${action}
  >
    ${sign}
  </button>`;
}
