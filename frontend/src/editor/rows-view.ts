/** All rows, in the page at once, so that its search and screen readers find them; the browser lays out those seen. */

import type { Script, Row } from "./model/rows";
import type { Speaker } from "./model/elementlist";
import { RowView } from "./row-view";
import { warningsOf } from "./warnings";

export class RowsView {
  readonly element = document.createElement("ol");
  private readonly views = new Map<number, RowView>();
  private order: readonly Row[] = [];
  private speakers: readonly Speaker[] = [];
  private current: RowView | null = null;
  private listened: ReadonlySet<number> = new Set();
  private marked: readonly number[] = [];
  private unmarkSpoken: () => void = () => undefined;

  constructor() {
    this.element.className = "rows";
  }

  /** Shows the script; only rows that have changed are touched. */
  show(script: Script): void {
    const { rows, language, doubtBelow } = script;
    const speakers = new Map(script.speakers.map((speaker) => [speaker.id, speaker]));
    const context = { speakers, language, doubtBelow };
    const haveNewNames = script.speakers !== this.speakers;
    const kept = new Set(rows.map((row) => row.id));
    for (const row of this.order) {
      if (kept.has(row.id)) continue;
      this.views.get(row.id)?.remove();
      this.views.delete(row.id);
    }
    let previous: Element | null = null;
    for (const row of rows) {
      let view = this.views.get(row.id);
      const isNew = view === undefined;
      if (view === undefined) {
        view = new RowView(row.id, language);
        this.views.set(row.id, view);
      }
      if (isNew || haveNewNames || view.row !== row) {
        view.show(row, context);
        view.warn(warningsOf(row.segment, language));
      }
      const place: Element | null = previous ? previous.nextElementSibling : this.element.firstElementChild;
      if (place !== view.element) this.element.insertBefore(view.element, place);
      previous = view.element;
    }
    this.order = rows;
    this.speakers = script.speakers;
  }

  /** Says which rows are listened to again. */
  markListening(ids: ReadonlySet<number>): void {
    for (const id of this.listened) if (!ids.has(id)) this.views.get(id)?.listen(false);
    for (const id of ids) this.views.get(id)?.listen(true);
    this.listened = ids;
  }

  /** The rows that are selected, the first and the last of them; null where none are, or one is gone. */
  get selected(): readonly [number, number] | null {
    const places = this.marked.map((id) => this.order.findIndex((row) => row.id === id));
    const [first, last] = [Math.min(...places), Math.max(...places)];
    return places.length && first >= 0 ? [first, last] : null;
  }

  /** Selects the rows between two, or none. */
  select(between: readonly [number, number] | null): void {
    if (!between && !this.marked.length) return;
    this.marked = between ?? [];
    const range = this.selected;
    this.order.forEach((row, place) => {
      const isIn = range !== null && place >= range[0] && place <= range[1];
      this.views.get(row.id)?.element.classList.toggle("row-selected", isIn);
    });
  }

  view(id: number | null): RowView | null {
    return (id === null ? null : this.views.get(id)) ?? null;
  }

  /** The row that an element of the page is in. */
  viewOf(target: EventTarget | null): RowView | null {
    if (!(target instanceof Node)) return null;
    const found = (target instanceof Element ? target : target.parentElement)?.closest<HTMLElement>(
      "[data-row]",
    );
    return found?.dataset.row ? this.view(Number(found.dataset.row)) : null;
  }

  get focused(): RowView | null {
    const found = this.viewOf(document.activeElement);
    return found && document.activeElement === found.field ? found : null;
  }

  /** Shows where the recording is, in ms; scrolls there where that is wanted. */
  follow(time: number, scrolls: boolean): void {
    const row = rowAt(this.order, time);
    const view = row ? this.view(row.id) : null;
    this.unmarkSpoken();
    if (view !== this.current) {
      this.current?.element.classList.remove("row-playing");
      view?.element.classList.add("row-playing");
      this.current = view;
      if (scrolls) view?.element.scrollIntoView({ block: "center" });
    }
    this.unmarkSpoken = view?.markSpoken(time) ?? ((): void => undefined);
  }
}

/** The row that is spoken at a time, or the last before it. */
export function rowAt(rows: readonly Row[], time: number): Row | null {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.segment.start_time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1] ?? null;
}
