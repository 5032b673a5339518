/** An editor at work: its parts, the events of the page, and what it shows. */

import { html, type TemplateResult } from "lit";

import { counted, text } from "../frame/texts";
import { tell } from "../parts/toasts";
import type { Media } from "../player/media";
import { mediaNote, rowTimes, tools, transport } from "./controls";
import type { EditorDocument } from "./document";
import type { Drafts } from "./drafts";
import { Editor } from "./editor";
import { Input } from "./input";
import { FindPanel } from "./find-panel";
import { currentBindings, openKeys } from "./keys-dialog";
import { ListeningDesk } from "./listening-desk";
import type { Bindings, Command } from "./model/keys";
import { replaced } from "./model/alike";
import { textOf, type ElementList } from "./model/elementlist";
import type { Conflict } from "./model/merging";
import { setText } from "./model/rows";
import { backTo } from "./model/versions";
import { alikeBar, conflictNotices, saveProblem, saveStatus, termBar } from "./notices";
import type { Opened } from "./opening";
import { chooseSound, chooseSpeaker } from "./palettes";
import { Peaks } from "./peaks";
import { Recording } from "./recording";
import { RowMenu } from "./row-menu";
import { RowsView } from "./rows-view";
import type { EditorData, EditorService } from "./service";
import { Sync } from "./sync";
import { termOffers, type TermOffer } from "./terms";
import { formatTime } from "./times";
import { openVersions } from "./versions-dialog";
import { Waveform } from "./waveform";

const TYPING_MS = 3_000;
const PREPARING_MS = 3_000;

export class Session {
  readonly document: EditorDocument;
  readonly drafts: Drafts | null;
  readonly sync: Sync;
  private readonly editor: Editor;
  private readonly rows = new RowsView();
  private readonly recording: Recording;
  private readonly waveform: Waveform;
  private readonly findPanel: FindPanel;
  private readonly input: Input;
  private readonly listening: ListeningDesk;
  private readonly menu: RowMenu;
  private bindings: Bindings = currentBindings();
  /** null where there is no recording, undefined while that is not known. */
  private media: Media | null | undefined;
  private wasPlaying = false;
  private timer = 0;

  constructor(
    private readonly data: EditorData,
    private readonly service: EditorService,
    opened: Opened,
    media: Media | null | undefined,
    private readonly redraw: () => void,
  ) {
    this.document = opened.document;
    this.drafts = opened.drafts;
    this.recording = new Recording(() => this.follow());
    this.editor = new Editor(
      this.document,
      this.rows,
      this.recording,
      () => this.sync,
      () => this.show(),
      (command) => this.open(command),
    );
    this.sync = new Sync(
      this.document,
      service,
      this.drafts,
      () => this.changed(),
      () => this.rows.focused?.id ?? null,
    );
    this.waveform = new Waveform({
      seek: (ms) => this.recording.seek(ms),
      move: (start, end) => this.editor.setTimes(start, end),
    });
    this.findPanel = new FindPanel(() => this.editor, redraw);
    this.rows.show(this.document.script);
    this.input = new Input(this.rows, this.editor, {
      bindings: () => this.bindings,
      seek: (ms) => this.recording.playFrom(ms),
      chooseSpeaker: () => this.open("speaker"),
    });
    this.listening = new ListeningDesk(this.editor, data, service, redraw);
    this.menu = new RowMenu((command) => this.editor.run(command), data.listening !== null);
    if (opened.isRestored) this.sync.noteEdit(null);
    this.takeMedia(media);
  }

  stop(): void {
    this.sync.stop();
    this.recording.stop();
    this.listening.stop();
    window.clearTimeout(this.timer);
    this.input.stop();
  }

  /** Shows what others have saved, or a realignment has found; the row with the focus stays where it is. */
  private changed(): void {
    const focused = this.rows.focused;
    const top = focused?.element.getBoundingClientRect().top ?? 0;
    this.rows.show(this.document.script);
    if (focused?.element.isConnected) {
      window.scrollBy({ top: focused.element.getBoundingClientRect().top - top, behavior: "instant" });
    }
    this.show();
  }

  show(): void {
    this.follow();
    this.menu.showAt(this.editor.view);
    this.listening.mark();
    this.redraw();
  }

  private open(command: Command): void {
    const caret = this.editor.view?.caret ?? null;
    const back = (): void => {
      if (document.activeElement === document.body || !document.activeElement)
        this.editor.view?.focus(caret ?? 0);
    };
    if (command === "keys") {
      void openKeys(() => {
        this.bindings = currentBindings();
        this.redraw();
      }).then(back);
    } else if (command === "find") {
      this.findPanel.open();
    } else if (command === "sound") {
      void chooseSound(this.editor, this.data.language, caret).then(back);
    } else if (command === "listen") {
      void this.listening.open().then(back);
    } else {
      void chooseSpeaker(this.editor).then(back);
    }
  }

  private async loadMedia(): Promise<void> {
    this.takeMedia(await this.service.media());
    this.show();
  }

  /** Plays what there is of the recording; asks again where more is to come, or the server was not reached. */
  private takeMedia(media: Media | null | undefined): void {
    if (media !== undefined) this.media = media;
    if (this.media) {
      this.recording.load(this.media);
      const { peaks } = this.media;
      if (peaks && !this.waveform.peaks) {
        const url = new URL(peaks.url, location.href).href;
        this.waveform.peaks = new Peaks(url, peaks.per_second, () => this.waveform.draw());
      }
    }
    if (media === undefined || media?.preparing)
      this.timer = window.setTimeout(() => void this.loadMedia(), PREPARING_MS);
  }

  /** Shows where the recording is: in the waveform, in the rows, on the clock. */
  private follow(): void {
    const { time, isPlaying } = this.recording;
    const { rows } = this.document.script;
    const duration = this.media?.duration_ms ?? this.data.durationMs;
    this.waveform.show({ rows, current: this.editor.current, time, duration });
    const isTyping = Date.now() - this.input.typed < TYPING_MS;
    if (this.recording.element.src)
      this.rows.follow(time, isPlaying && !isTyping && this.rows.focused === null);
    const clock = document.querySelector("[data-clock]");
    const shown = `${formatTime(time)} / ${formatTime(duration)}`;
    if (clock && clock.textContent !== shown) clock.textContent = shown;
    if (isPlaying !== this.wasPlaying) {
      this.wasPlaying = isPlaying;
      this.redraw();
    }
  }

  private goBack(list: ElementList): void {
    if (this.editor.make(backTo(this.document.script, list, this.document.ids))) tell(text("edit.wentBack"));
  }

  private readonly settle = (conflict: Conflict, takesTheirs: boolean): void => {
    this.document.settle(conflict, takesTheirs);
    this.rows.show(this.document.script);
    this.sync.noteEdit(null);
    this.sync.saveNow();
  };

  private fixAlike(): void {
    const { alike } = this.editor;
    if (!alike) return;
    const { correction, found } = alike;
    const texts = new Map(found.map((each) => [each.row.id, replaced(each, correction.to, true)]));
    this.editor.alike = null;
    tell(counted("edit.replaced", this.editor.replace(texts)));
    this.redraw();
  }

  private take(offer: TermOffer): void {
    const { place, view } = this.editor;
    const row = this.document.script.rows[place];
    if (!row) return;
    const whole = textOf(row.segment);
    const next = whole.slice(0, offer.from) + offer.term + whole.slice(offer.to);
    this.editor.make(setText(this.document.script, place, next), "", row.id);
    view?.focus(offer.from + offer.term.length);
  }

  /** Where the row with the focus is in the window; null where none has it. */
  get focusTop(): number | null {
    return this.rows.focused?.element.getBoundingClientRect().top ?? null;
  }

  status(): TemplateResult {
    return saveStatus(this.sync.state, this.document.conflicts.length);
  }

  view(): TemplateResult {
    const { editor, sync, document: edited, media } = this;
    const controls = { bindings: this.bindings, run: (command: Command) => editor.run(command) };
    const canPlay = media?.source !== null && media?.source !== undefined;
    const row = edited.script.rows[editor.place];
    const offers = row ? termOffers(row.segment, this.data.terms) : [];
    return html`<div class="edit-notices">
        ${saveProblem(sync.state, sync.reason, this.drafts?.isSafe === true, () => sync.saveNow())}
        ${conflictNotices(edited.conflicts, edited.script, this.settle)}
      </div>
      <div class="card edit-stage">
        <div class="edit-listen ${media?.kind === "video" && !media.sound_only ? "edit-with-video" : ""}">
          ${this.recording.element}
          <div class="edit-wave">${this.waveform.element} ${mediaNote(media)}</div>
        </div>
        <div class="edit-bar">${transport(editor, controls, canPlay)} ${rowTimes(editor)}</div>
        <div class="edit-bar">
          ${tools(editor, controls, this.data.listening !== null, () => {
            const { data, service } = this;
            void openVersions(data.job, service, edited.script, (list) => this.goBack(list));
          })}
          ${termBar(offers, (offer) => this.take(offer))}
        </div>
        ${this.listening.bar()}
      </div>
      ${this.findPanel.view()}
      ${alikeBar(editor.alike, {
        all: () => this.fixAlike(),
        look: () => {
          const correction = editor.alike?.correction;
          editor.alike = null;
          if (correction) this.findPanel.open(correction.from, correction.to);
        },
        dismiss: () => {
          editor.alike = null;
          this.redraw();
        },
      })}
      <div class="card">${this.rows.element}</div>`;
  }
}
