/** Listening again in the editor: what is asked, what the page says of it, and what becomes of the result. */

import { html, nothing, type TemplateResult } from "lit";

import { reasonOf } from "../frame/problems";
import { text } from "../frame/texts";
import { icon } from "../parts/icons";
import { tell } from "../parts/toasts";
import type { Editor } from "./editor";
import { askStretch, compare } from "./listen-dialogs";
import { Listening } from "./listening";
import { excerpt, placesIn, putIn, stretchOf, type Stretch } from "./model/stretches";
import type { EditorData, EditorService, HeardStretch } from "./service";
import { formatTime } from "./times";

export class ListeningDesk {
  private readonly listening: Listening;
  private redrawComparison: () => void = () => undefined;

  constructor(
    private readonly editor: Editor,
    private readonly data: EditorData,
    service: EditorService,
    private readonly redraw: () => void,
  ) {
    this.listening = new Listening(
      service,
      () => this.show(),
      (heard) =>
        tell(text(heard.status === "COMPLETE" ? "edit.listenReady" : "edit.listenFailed", times(heard))),
    );
    if (data.listening) void this.listening.open();
  }

  stop(): void {
    this.listening.stop();
  }

  private show(): void {
    this.mark();
    this.redraw();
  }

  /** Shows in the rows what is listened to, and the present text beside what was heard. */
  mark(): void {
    const { script } = this.editor.document;
    const ids = new Set<number>();
    for (const each of this.listening.running) {
      const places = placesIn(script, each);
      if (places) for (const row of script.rows.slice(places[0], places[1] + 1)) ids.add(row.id);
    }
    this.editor.rows.markListening(ids);
    this.redrawComparison();
  }

  /** Compares what was heard where the current row is, or asks what to listen to. */
  async open(): Promise<void> {
    const ready = this.listening.all.find((each) => each.status === "COMPLETE" && this.isAt(each));
    await (ready ? this.compare(ready) : this.ask());
  }

  private isAt(stretch: Stretch): boolean {
    const places = placesIn(this.editor.document.script, stretch);
    return places !== null && this.editor.place >= places[0] && this.editor.place <= places[1];
  }

  private async ask(): Promise<void> {
    const { editor, data } = this;
    const { listening: offer } = data;
    if (!offer) return;
    const script = () => editor.document.script;
    const asked = await askStretch({
      stretch: this.chosen(),
      offer,
      duration: this.duration,
      said: (stretch) => excerpt(script(), stretch),
      widened: (stretch, by) => this.widened(stretch, by),
    });
    if (!asked) return;
    try {
      await this.listening.begin(asked.stretch, asked.language);
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  private get duration(): number {
    return this.data.durationMs || (this.editor.document.script.rows.at(-1)?.segment.end_time ?? 0);
  }

  /** The rows that are selected, what is played again and again, or the current row. */
  private chosen(): Stretch {
    const { editor, duration } = this;
    const { script } = editor.document;
    const looped = editor.recording.looped;
    const selected = editor.rows.selected;
    if (selected) return stretchOf(script, selected[0], selected[1], duration);
    if (looped) return { start: looped.from, end: Math.min(looped.to, duration) };
    return stretchOf(script, Math.max(0, editor.place), Math.max(0, editor.place), duration);
  }

  private widened(stretch: Stretch, by: -1 | 1): Stretch {
    const { script } = this.editor.document;
    const places = placesIn(script, stretch);
    if (!places) return stretch;
    const [first, last] = [places[0] + Math.min(by, 0), places[1] + Math.max(by, 0)];
    if (first < 0 || last >= script.rows.length) return stretch;
    const wide = stretchOf(script, first, last, this.duration);
    return { start: Math.min(stretch.start, wide.start), end: Math.max(stretch.end, wide.end) };
  }

  private async compare(heard: HeardStretch): Promise<void> {
    const { editor, data } = this;
    const { recording } = editor;
    const isPlaying = (): boolean => recording.isPlaying && recording.looped?.from === heard.start;
    const shown = compare({
      heard,
      language: data.language,
      said: () => excerpt(editor.document.script, heard),
      isPlaying,
      play: () => {
        if (isPlaying()) recording.toggle();
        else recording.loop({ from: heard.start, to: heard.end });
        this.redrawComparison();
      },
    });
    this.redrawComparison = shown.redraw;
    const isUsed = await shown.closed;
    this.redrawComparison = () => undefined;
    if (isPlaying()) recording.toggle();
    if (recording.looped?.from === heard.start) recording.endLoop();
    if (isUsed !== null) this.decide(heard, isUsed);
  }

  private decide(heard: HeardStretch, isUsed: boolean): void {
    const { editor } = this;
    if (isUsed) {
      const { script, ids } = editor.document;
      if (editor.make(putIn(script, heard, heard.segments, ids))) tell(text("edit.listenUsed"));
    }
    void this.listening.forget(heard);
  }

  /** What is listened to again, and what waits for a decision. */
  bar(): TemplateResult | typeof nothing {
    const { all } = this.listening;
    if (!all.length) return nothing;
    return html`<ul class="listen-bar" aria-label=${text("edit.listenTitle")}>
      ${all.map((heard) => html`<li>${this.entry(heard)}</li>`)}
    </ul>`;
  }

  private entry(heard: HeardStretch): TemplateResult {
    const forget = (): void => void this.listening.forget(heard);
    if (heard.status === "COMPLETE") {
      return html`${icon("check")}<span>${text("edit.listenReady", times(heard))}</span>
        <button class="button button-primary" type="button" @click=${() => void this.compare(heard)}>
          ${text("edit.listenCompare")}
        </button>
        <button class="button button-quiet" type="button" @click=${forget}>
          ${text("edit.listenKeep")}
        </button>`;
    }
    if (heard.status === "FAILED") {
      return html`${icon("alert")}<span
          >${text("edit.listenFailed", times(heard))}
          <span class="soft" lang="en">${heard.problem}</span></span
        >
        <button class="button button-quiet" type="button" @click=${forget}>${text("app.dismiss")}</button>`;
    }
    return html`<span class="listen-ear">${icon("ear")}</span
      ><span role="status">${text("edit.listenRunning", times(heard))}</span>
      <button class="button button-quiet" type="button" @click=${forget}>${text("edit.listenStop")}</button>`;
  }
}

function times({ start, end }: Stretch): { readonly from: string; readonly to: string } {
  return { from: formatTime(start), to: formatTime(end) };
}
