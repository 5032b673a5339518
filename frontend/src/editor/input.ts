/** What people type, press and click in the rows; an input method is left alone until it is done. */

import type { Editor } from "./editor";
import { textOf } from "./model/elementlist";
import { commandOf, type Bindings } from "./model/keys";
import type { RowView } from "./row-view";
import type { RowsView } from "./rows-view";

export interface InputActions {
  readonly bindings: () => Bindings;
  readonly seek: (ms: number) => void;
  readonly chooseSpeaker: () => void;
}

export class Input {
  /** When something was typed last, in ms. */
  typed = 0;

  constructor(
    private readonly rows: RowsView,
    private readonly editor: Editor,
    private readonly given: InputActions,
  ) {
    const { element } = rows;
    element.addEventListener("input", (event) => {
      const view = this.rows.viewOf(event.target);
      // What an input method has not finished is no text yet.
      if (view && !event.isComposing) this.type(view);
    });
    element.addEventListener("compositionend", (event) => {
      const view = this.rows.viewOf(event.target);
      if (view) this.type(view);
    });
    element.addEventListener("beforeinput", (event) => this.beforeInput(event));
    element.addEventListener("paste", (event) => this.paste(event));
    element.addEventListener("drop", (event) => event.preventDefault());
    element.addEventListener("keydown", (event) => this.keyInRow(event));
    element.addEventListener("focusin", (event) => {
      const view = this.rows.viewOf(event.target);
      if (view && view.id !== this.editor.current) this.rows.select(null);
      if (view) this.editor.entersRow(view);
    });
    element.addEventListener("focusout", (event) => {
      const view = this.rows.viewOf(event.target);
      if (view && event.target === view.field) this.editor.leavesRow(view);
    });
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("mousedown", (event) => this.press(event));
    document.addEventListener("keydown", this.onKey);
  }

  private type(view: RowView): void {
    this.typed = Date.now();
    this.editor.typed(view);
  }

  private beforeInput(event: InputEvent): void {
    if (event.inputType === "historyUndo" || event.inputType === "historyRedo") {
      event.preventDefault();
      this.editor.run(event.inputType === "historyUndo" ? "undo" : "redo");
    } else if (event.inputType === "insertParagraph" || event.inputType === "insertLineBreak") {
      event.preventDefault();
    } else if (event.inputType.startsWith("format")) {
      event.preventDefault();
    }
  }

  /** Takes text alone from the clipboard, in one line, as typing would. */
  private paste(event: ClipboardEvent): void {
    const content = event.clipboardData?.getData("text/plain").replace(/\s+/gu, " ") ?? "";
    const view = this.rows.viewOf(event.target);
    event.preventDefault();
    const selection = getSelection();
    if (!view || !selection?.rangeCount || !content) return;
    const range = selection.getRangeAt(0);
    range.deleteContents();
    const node = document.createTextNode(content);
    range.insertNode(node);
    selection.collapse(node, node.length);
    view.field.normalize();
    this.type(view);
  }

  /** What a text field of one line does at its ends: join rows, and go on to the next one. */
  private keyInRow(event: KeyboardEvent): void {
    const view = this.rows.focused;
    if (!view || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
      return;
    const { caret, hasSelection } = view;
    if (caret === null || hasSelection) return;
    const place = this.editor.place;
    const end = view.row ? textOf(view.row.segment).length : 0;
    if (event.key === "Backspace" && caret === 0 && place > 0) this.editor.merge(place - 1);
    else if (event.key === "Delete" && caret >= end) this.editor.merge(place);
    else if (event.key === "ArrowUp" && caret === 0) this.editor.go(place - 1, true);
    else if (event.key === "ArrowDown" && caret >= end) this.editor.go(place + 1);
    else if (event.key === "ArrowLeft" && caret === 0 && place > 0) this.editor.go(place - 1, true);
    else if (event.key === "ArrowRight" && caret >= end) this.editor.go(place + 1);
    else return;
    event.preventDefault();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    const command = commandOf(event, this.given.bindings());
    if (!command) return;
    // Enter presses buttons, and confirms what was typed into fields, outside the rows.
    const isBare = !event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d/.test(event.key);
    if (isBare && (event.key === "Enter" ? this.rows.focused === null : false)) return;
    const isField = target?.matches("input, select, textarea") ?? false;
    if (isField && (isBare || command === "undo" || command === "redo")) return;
    event.preventDefault();
    this.editor.run(command);
  };

  /** With Shift, selects the rows from the current one on; the caret stays where it is. */
  private press(event: MouseEvent): void {
    const view = this.rows.viewOf(event.target);
    const { current } = this.editor;
    const isRange = event.shiftKey && view !== null && current !== null && view.id !== current;
    this.rows.select(isRange ? [current, view.id] : null);
    if (isRange) event.preventDefault();
  }

  private click(event: MouseEvent): void {
    const view = this.rows.viewOf(event.target);
    const target = event.target instanceof Element ? event.target : null;
    if (!view?.row || event.shiftKey) return;
    if (target?.closest("[data-seek]")) this.given.seek(view.row.segment.start_time);
    else if (target?.closest("[data-speaker]")) this.given.chooseSpeaker();
  }

  stop(): void {
    document.removeEventListener("keydown", this.onKey);
  }
}
