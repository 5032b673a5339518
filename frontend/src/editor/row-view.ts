/** One row of the editor as elements of the page. */

import { text } from "../frame/texts";
import { mark } from "./marks";
import { isDoubtful, type Row } from "./model/rows";
import { placesOf, textOf, type Speaker } from "./model/elementlist";
import { formatTime } from "./times";
import type { Warning } from "./warnings";

const WHITE_SPACE = /\s+/gu;

export interface RowContext {
  readonly speakers: ReadonlyMap<number, Speaker>;
  readonly language: string;
  readonly doubtBelow: number;
}

/** The text of the field as the transcript would have it. */
export function plain(content: string): string {
  return content.replace(WHITE_SPACE, " ").trim();
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  style: string,
): HTMLElementTagNameMap[Name] {
  const found = document.createElement(name);
  found.className = style;
  return found;
}

export class RowView {
  readonly element = element("li", "row");
  readonly field = element("div", "row-text");
  private readonly time = element("button", "row-time number");
  private readonly who = element("button", "row-who");
  private readonly notes = element("div", "row-notes");
  private unmark: (() => void)[] = [];
  private shown: Row | null = null;
  private name = "";
  private doubtBelow = 0;
  private warnings: readonly Warning[] = [];
  private isListened = false;

  constructor(
    readonly id: number,
    language: string,
  ) {
    this.element.dataset.row = String(id);
    this.time.type = "button";
    this.time.dataset.seek = "";
    this.who.type = "button";
    this.who.dataset.speaker = "";
    this.field.setAttribute("role", "textbox");
    this.field.setAttribute("aria-multiline", "false");
    this.field.lang = language;
    this.field.dir = "auto";
    this.field.spellcheck = true;
    try {
      this.field.contentEditable = "plaintext-only";
    } catch {
      this.field.contentEditable = "true"; // an older browser: what is pasted is made plain
    }
    this.notes.hidden = true;
    this.element.append(this.time, this.who, this.field, this.notes);
  }

  get row(): Row | null {
    return this.shown;
  }

  show(row: Row, context: RowContext): void {
    const { segment } = row;
    const before = this.shown?.segment;
    const speaker = segment.speaker_id === undefined ? undefined : context.speakers.get(segment.speaker_id);
    const name = speaker ? speaker.name || text("edit.speakerNumber", { number: speaker.id }) : "";
    if (segment === before && name === this.name) return;
    this.shown = row;
    this.doubtBelow = context.doubtBelow;
    if (before?.start_time !== segment.start_time || before.end_time !== segment.end_time) {
      this.time.textContent = formatTime(segment.start_time);
      this.time.setAttribute("aria-label", text("edit.playFrom", { time: formatTime(segment.start_time) }));
    }
    if (name !== this.name || !before) {
      this.name = name;
      this.who.textContent = name || text("edit.noSpeaker");
      this.who.classList.toggle("row-who-none", !name);
      this.who.setAttribute("aria-label", text("edit.speakerOf", { name: name || text("edit.noSpeaker") }));
      if (segment.speaker_id === undefined) delete this.who.dataset.number;
      else this.who.dataset.number = String(((segment.speaker_id - 1) % 8) + 1);
    }
    this.field.setAttribute(
      "aria-label",
      text("edit.textAt", { time: formatTime(segment.start_time), name: name || text("edit.noSpeaker") }),
    );
    const content = textOf(segment);
    // What is typed stays as it was typed: the transcript has no more than one space between words.
    if (plain(this.field.textContent) !== content) this.field.textContent = content;
    this.markWords(row);
  }

  /** Shows the text as the transcript has it, once nobody types there. */
  tidy(): void {
    const content = this.shown ? textOf(this.shown.segment) : "";
    if (this.field.textContent !== content) this.field.textContent = content;
    if (this.shown) this.markWords(this.shown);
  }

  private markWords({ segment }: Row): void {
    this.clear();
    const node = this.field.firstChild;
    const content = this.field.textContent;
    const isAsStored = node instanceof Text && node.length === content.length && content === textOf(segment);
    let doubts = 0;
    for (const { sequence, from, to } of placesOf(segment)) {
      const isSound = sequence.tokens.some((token) => token.type === "sound");
      if (isDoubtful(sequence, this.doubtBelow)) doubts += 1;
      if (!isAsStored) continue;
      if (isDoubtful(sequence, this.doubtBelow)) this.unmark.push(mark("doubtful", node, from, to));
      else if (isSound) this.unmark.push(mark("sound", node, from, to));
    }
    this.element.classList.toggle("row-doubtful", doubts > 0);
  }

  private clear(): void {
    for (const each of this.unmark) each();
    this.unmark = [];
  }

  /** Says what is wrong with the captions of this row. */
  warn(warnings: readonly Warning[]): void {
    this.warnings = warnings;
    this.showNotes();
  }

  /** Says that the recognizer listens to this row once more. */
  listen(isListened: boolean): void {
    if (isListened === this.isListened) return;
    this.isListened = isListened;
    this.showNotes();
  }

  private showNotes(): void {
    this.element.classList.toggle("row-warned", this.warnings.length > 0);
    this.element.classList.toggle("row-listened", this.isListened);
    const messages = [
      ...(this.isListened ? [text("edit.listenRow")] : []),
      ...this.warnings.map((warning) => warning.message),
    ];
    this.notes.hidden = messages.length === 0;
    if (this.notes.dataset.shown === JSON.stringify(messages)) return;
    this.notes.dataset.shown = JSON.stringify(messages);
    this.notes.replaceChildren(
      ...messages.map((message) => {
        const note = element("span", "row-note");
        note.textContent = message;
        return note;
      }),
    );
  }

  /** Marks the words that are spoken at a time, in ms; returns what takes the mark away. */
  markSpoken(time: number): () => void {
    const node = this.field.firstChild;
    const segment = this.shown?.segment;
    if (!segment || !(node instanceof Text) || this.field.textContent !== textOf(segment))
      return () => undefined;
    const found = placesOf(segment).find(
      ({ sequence }) => time >= sequence.start_time && time < sequence.end_time,
    );
    return found ? mark("spoken", node, found.from, found.to) : () => undefined;
  }

  remove(): void {
    this.clear();
    this.element.remove();
  }

  /** The place of the caret in the text, as the transcript counts it; null where it is not here. */
  get caret(): number | null {
    const selection = getSelection();
    if (!selection?.focusNode || !this.field.contains(selection.focusNode)) return null;
    const range = document.createRange();
    range.setStart(this.field, 0);
    range.setEnd(selection.focusNode, selection.focusOffset);
    const before = range.toString().replace(WHITE_SPACE, " ").trimStart();
    return Math.min(before.length, plain(this.field.textContent).length);
  }

  get hasSelection(): boolean {
    const selection = getSelection();
    return Boolean(selection && !selection.isCollapsed && this.field.contains(selection.focusNode));
  }

  /** Puts the caret into the text, or selects a part of it. */
  focus(from: number, to = from): void {
    this.field.focus({ preventScroll: true });
    const node = this.field.firstChild ?? this.field;
    const most = node instanceof Text ? node.length : 0;
    getSelection()?.setBaseAndExtent(node, Math.min(from, most), node, Math.min(to, most));
    this.element.scrollIntoView({ block: "nearest" });
  }
}
