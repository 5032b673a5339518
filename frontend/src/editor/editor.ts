/** The editor: what commands do to the transcript, the recording and the rows in the page. */

import { text } from "../frame/texts";
import { tell } from "../parts/toasts";
import type { EditorDocument } from "./document";
import { correctionOf, search, type Correction, type Found } from "./model/alike";
import type { Command } from "./model/keys";
import { placesOf, textOf, type Segment } from "./model/elementlist";
import {
  addSpeaker,
  insertAfter,
  insertSound,
  merge,
  nextDoubt,
  placeOf,
  remove,
  renameSpeaker,
  setSpeaker,
  setText,
  setTexts,
  setTimes,
  shiftFrom,
  split,
  type Edit,
} from "./model/rows";
import { withAccepted } from "./model/wording";
import type { Recording } from "./recording";
import { plain, type RowView } from "./row-view";
import type { RowsView } from "./rows-view";
import type { Sync } from "./sync";

const JUMP_S = 1.5;

/** A correction that may be made in other rows too. */
export interface Alike {
  readonly correction: Correction;
  readonly found: readonly Found[];
}

export class Editor {
  /** The row that commands are about: the one with the focus, or that had it last. */
  current: number | null = null;
  alike: Alike | null = null;
  private entered: { readonly id: number; readonly segment: Segment } | null = null;
  private sought: { readonly row: number; readonly sequence: number } | null = null;

  constructor(
    readonly document: EditorDocument,
    readonly rows: RowsView,
    readonly recording: Recording,
    private readonly syncOf: () => Sync,
    private readonly told: () => void,
    private readonly opens: (command: Command) => void,
  ) {
    this.current = document.script.rows[0]?.id ?? null;
  }

  get place(): number {
    return this.current === null ? -1 : placeOf(this.document.script, this.current);
  }

  get view(): RowView | null {
    return this.rows.view(this.current);
  }

  private get segment(): Segment | undefined {
    return this.document.script.rows[this.place]?.segment;
  }

  /** Makes an edit of what is shown; `aligns` is a row with words that were edited. */
  make(edit: Edit, kind = "", aligns: number | null = null): boolean {
    const isMade = this.document.make(edit, kind);
    if (isMade) {
      this.rows.show(this.document.script);
      this.syncOf().noteEdit(aligns);
      this.told();
    }
    return isMade;
  }

  typed(view: RowView): void {
    this.current = view.id;
    this.make(
      setText(this.document.script, this.place, plain(view.field.textContent)),
      `typing ${view.id}`,
      view.id,
    );
  }

  entersRow(view: RowView): void {
    this.current = view.id;
    const row = view.row;
    this.entered = row ? { id: row.id, segment: row.segment } : null;
    this.told();
  }

  /** Looks whether what was corrected in the row that is left stands elsewhere, too. */
  leavesRow(view: RowView): void {
    view.tidy();
    this.document.history.pause();
    const { entered } = this;
    if (entered?.id === view.id && view.row && view.row.segment !== entered.segment) {
      const correction = correctionOf(entered.segment, view.row.segment);
      if (correction) this.offer(correction, view.id);
    }
    this.entered = null;
    this.told();
  }

  private offer(correction: Correction, but: number): void {
    const wanted = { find: correction.from, isCaseSensitive: false, isWholeWord: true };
    const isCased = correction.from.toLowerCase() === correction.to.toLowerCase();
    const found = search(this.document.script, { ...wanted, isCaseSensitive: isCased });
    const others = found.filter((each) => each.row.id !== but);
    this.alike = others.length ? { correction, found: others } : null;
  }

  run(command: Command): void {
    this.commands[command]();
  }

  private readonly commands: Readonly<Record<Command, () => void>> = {
    play: () => this.recording.toggle(),
    back: () => this.recording.skip(-JUMP_S),
    forward: () => this.recording.skip(JUMP_S),
    slower: () => this.recording.change(-1),
    faster: () => this.recording.change(1),
    loop: () => this.loop(),
    previousRow: () => this.go(this.place - 1, true),
    nextRow: () => this.go(this.place + 1),
    nextDoubt: () => this.seekDoubt(),
    accept: () => this.accept(),
    split: () => this.split(),
    merge: () => this.merge(this.place),
    insert: () => this.insert(),
    remove: () => this.remove(),
    startHere: () => this.setTimes(this.recording.time, this.segment?.end_time ?? 0),
    endHere: () => this.setTimes(this.segment?.start_time ?? 0, this.recording.time),
    undo: () => this.travel(this.document.undo()),
    redo: () => this.travel(this.document.redo()),
    save: () => this.syncOf().saveNow(),
    speaker: () => this.opens("speaker"),
    sound: () => this.opens("sound"),
    listen: () => this.opens("listen"),
    find: () => this.opens("find"),
    keys: () => this.opens("keys"),
  };

  /** Puts the focus into a row, at its beginning or its end. */
  go(place: number, atEnd = false): void {
    const row = this.document.script.rows[place];
    const view = this.rows.view(row?.id ?? null);
    if (!row || !view) return;
    view.focus(atEnd ? textOf(row.segment).length : 0);
  }

  private loop(): void {
    const { segment, recording } = this;
    if (recording.isLooping || !segment) {
      recording.loop(null);
      return;
    }
    recording.loop({ from: segment.start_time, to: segment.end_time });
  }

  private insert(): void {
    const { place } = this;
    if (this.make(insertAfter(this.document.script, place, this.document.ids))) this.go(place + 1);
  }

  private split(): void {
    const caret = this.view?.caret ?? null;
    const { place } = this;
    const { script, ids } = this.document;
    if (caret !== null && this.make(split(script, place, caret, ids), "", this.current)) this.go(place + 1);
  }

  /** Joins a row with the next one; the caret stays where they met. */
  merge(place: number): void {
    const row = this.document.script.rows[place];
    if (!row) return;
    const end = textOf(row.segment).length;
    if (!this.make(merge(this.document.script, place))) return;
    this.rows.view(row.id)?.focus(end);
  }

  private remove(): void {
    const { place } = this;
    const isLast = place === this.document.script.rows.length - 1;
    if (this.make(remove(this.document.script, place))) this.go(isLast ? place - 1 : place);
  }

  setTimes(start: number, end: number): void {
    this.make(setTimes(this.document.script, this.place, start, end), "times");
  }

  shiftFromHere(by: number): void {
    this.make(shiftFrom(this.document.script, this.place, by));
  }

  setSpeaker(id: number | undefined): void {
    this.make(setSpeaker(this.document.script, this.place, id));
  }

  addSpeaker(name: string): void {
    const [edit, id] = addSpeaker(this.document.script, name);
    this.make(edit);
    this.setSpeaker(id);
  }

  renameSpeaker(id: number, name: string): void {
    this.make(renameSpeaker(this.document.script, id, name));
  }

  insertSound(name: string, caret: number | null): void {
    const { place } = this;
    const at = caret ?? textOf(this.segment ?? EMPTY).length;
    this.make(insertSound(this.document.script, place, at, name));
    this.view?.focus(Math.min(at + name.length + 3, textOf(this.segment ?? EMPTY).length));
  }

  /** Replaces in several rows at once; returns in how many. */
  replace(texts: ReadonlyMap<number, string>): number {
    const edit = setTexts(this.document.script, texts);
    this.make(edit, "", this.current);
    return edit.exchanges.length;
  }

  private seekDoubt(): void {
    const { place, view } = this;
    const doubt = nextDoubt(this.document.script, Math.max(0, place), (view?.caret ?? -1) + 1);
    if (!doubt) {
      tell(text("edit.noDoubts"));
      return;
    }
    this.sought = doubt;
    this.rows.view(doubt.row)?.focus(doubt.from, doubt.to);
    const row = this.document.script.rows[placeOf(this.document.script, doubt.row)];
    const start = row?.segment.sequences[doubt.sequence]?.start_time;
    if (start !== undefined && this.recording.element.src) this.recording.playFrom(Math.max(0, start - 700));
  }

  /** Notes that the word at the caret is right as it is, and goes to the next doubtful one. */
  private accept(): void {
    const { segment, view, current, place } = this;
    const caret = view?.caret ?? null;
    if (segment && caret !== null && current !== null) {
      const places = placesOf(segment);
      const isSought = this.sought?.row === current;
      const at = isSought
        ? (this.sought?.sequence ?? -1)
        : places.findIndex((each) => caret >= each.from && caret <= each.to);
      if (at >= 0) {
        const row = this.document.script.rows[place];
        const before = this.document.script.rows[place - 1]?.id ?? null;
        const accepted = { id: current, segment: withAccepted(segment, at) };
        if (row) this.make({ exchanges: [{ anchor: before, before: [row], after: [accepted] }] });
      }
    }
    this.seekDoubt();
  }

  private travel(edit: Edit | null): void {
    if (edit === null) {
      tell(text("edit.notUndone"));
      return;
    }
    this.rows.show(this.document.script);
    const changed = edit.exchanges.flatMap((each) => each.after);
    for (const row of changed) this.rows.view(row.id)?.tidy();
    if (edit.exchanges.length || edit.speakers) this.syncOf().noteEdit(changed[0]?.id ?? null);
    const first = changed[0] ?? this.document.script.rows[this.place];
    if (first) this.rows.view(first.id)?.focus(textOf(first.segment).length);
    this.told();
  }
}

const EMPTY: Segment = {
  start_time: 0,
  end_time: 0,
  sequences: [],
  interpolated: false,
  speaker_change: false,
};
