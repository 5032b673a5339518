/** What is asked before a stretch is listened to again, and the result beside what is there. */

import { html, nothing, render, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";

import { languageChoices, languageName } from "../frame/formats";
import { counted, text } from "../frame/texts";
import { icon } from "../parts/icons";
import { textOf, type Segment } from "./model/elementlist";
import type { Stretch } from "./model/stretches";
import type { HeardStretch, ListeningOffer } from "./service";
import { formatTime, parseTime } from "./times";
import { markedTexts } from "./word-diff";

export interface StretchQuestion {
  readonly stretch: Stretch;
  readonly offer: ListeningOffer;
  /** Length of the recording in ms. */
  readonly duration: number;
  /** What the rows say in a stretch. */
  readonly said: (stretch: Stretch) => readonly Segment[];
  /** The stretch with a row before (-1) or after it (1). */
  readonly widened: (stretch: Stretch, by: -1 | 1) => Stretch;
}

export interface AskedStretch {
  readonly stretch: Stretch;
  /** Empty: that of the recording. */
  readonly language: string;
}

/** Asks which stretch is to be listened to again, and in which language; resolves to null where none is. */
export function askStretch(question: StretchQuestion): Promise<AskedStretch | null> {
  let { stretch } = question;
  let language = "";
  let isWrong = false;
  const others = languageChoices(question.offer.languages).filter(
    ([code]) => code !== question.offer.language,
  );
  const isUsable = (): boolean => {
    const length = stretch.end - stretch.start;
    const { shortestMs, longestMs } = question.offer;
    return length >= shortestMs && length <= longestMs && stretch.end <= question.duration;
  };
  return open<AskedStretch>("listen", text("edit.listenTitle"), (done, redraw) => {
    const change = (changed: Stretch): void => {
      stretch = changed;
      isWrong = isWrong && !isUsable();
      redraw();
    };
    return html`<p>${text("edit.listenText")}</p>
      <div class="listen-times">
        ${timeField(text("edit.listenStart"), stretch.start, (start) => change({ ...stretch, start }))}
        ${timeField(text("edit.listenEnd"), stretch.end, (end) => change({ ...stretch, end }))}
      </div>
      <div class="listen-wider">
        <button
          class="button button-quiet"
          type="button"
          @click=${() => change(question.widened(stretch, -1))}
        >
          ${icon("up")} ${text("edit.listenBefore")}
        </button>
        <button
          class="button button-quiet"
          type="button"
          @click=${() => change(question.widened(stretch, 1))}
        >
          ${icon("down")} ${text("edit.listenAfter")}
        </button>
      </div>
      ${saidNow(question.said(stretch))}
      <label class="field"
        ><span class="field-label">${text("edit.listenLanguage")}</span
        ><select
          @change=${(event: Event) => {
            language = (event.target as HTMLSelectElement).value;
          }}
        >
          <option value="">
            ${text("edit.listenAsJob", { language: languageName(question.offer.language) })}
          </option>
          ${question.offer.detectsLanguage ? html`<option value="auto">${languageName("auto")}</option>` : nothing}
          ${others.map(([code, name]) => html`<option value=${code}>${name}</option>`)}
        </select></label
      >
      <p class="listen-problem" role="alert">${isWrong ? lengthProblem(question) : nothing}</p>
      <div class="dialog-buttons">
        <button class="button" type="button" @click=${() => done(null)}>${text("app.cancel")}</button>
        <button
          class="button button-primary"
          type="button"
          @click=${() => {
            isWrong = !isUsable();
            if (isWrong) redraw();
            else done({ stretch, language });
          }}
        >
          ${text("edit.listenBegin")}
        </button>
      </div>`;
  }).closed;
}

function lengthProblem({ offer, duration }: StretchQuestion): string {
  return text("edit.listenLength", {
    least: offer.shortestMs / 1_000,
    most: offer.longestMs / 60_000,
    end: formatTime(duration),
  });
}

/** A time that is followed while it is typed, so that nothing moves when a button is pressed afterwards. */
function timeField(label: string, time: number, changed: (time: number) => void): TemplateResult {
  return html`<label class="field"
    ><span class="field-label">${label}</span
    ><input
      type="text"
      inputmode="decimal"
      autocomplete="off"
      class="number"
      ${ref((element) => {
        // What is typed stays as it is written.
        if (element instanceof HTMLInputElement && !isTime(element.value, time))
          element.value = formatTime(time);
      })}
      @input=${({ target }: InputEvent) => {
        const value = target instanceof HTMLInputElement ? parseTime(target.value) : null;
        if (value !== null) changed(value);
      }}
      @blur=${({ target }: FocusEvent) => {
        if (target instanceof HTMLInputElement) target.value = formatTime(time);
      }}
  /></label>`;
}

/** Whether a text stands for a time, as it is written in tenths of a second. */
function isTime(value: string, time: number): boolean {
  const read = parseTime(value);
  return read !== null && formatTime(read) === formatTime(time);
}

function saidNow(segments: readonly Segment[]): TemplateResult {
  const said = segments.map(textOf).filter(Boolean).join(" ");
  return html`<div class="listen-said" role="group" aria-label=${text("edit.listenNow")}>
    <span class="field-label">${text("edit.listenNow")}</span>
    <p dir="auto" tabindex="0">${said || text("edit.listenNothing")}</p>
  </div>`;
}

export interface Comparison {
  readonly heard: HeardStretch;
  /** Of the rows that are there. */
  readonly language: string;
  readonly said: () => readonly Segment[];
  readonly play: () => void;
  readonly isPlaying: () => boolean;
}

/** Shows what was heard beside what is there; resolves to whether to use it, null where that is left open. */
export function compare(comparison: Comparison): {
  readonly closed: Promise<boolean | null>;
  readonly redraw: () => void;
} {
  const { heard } = comparison;
  const title = text("edit.listenCompareTitle", { from: formatTime(heard.start), to: formatTime(heard.end) });
  return open<boolean>("compare", title, (done) => {
    const said = comparison.said();
    const [before, after] = [said, heard.segments].map((segments) => segments.map(textOf));
    const marked = markedTexts(before ?? [], after ?? []);
    return html`<p class="compare-notice">
        ${text("edit.listenIn", { language: languageName(heard.language) })}
        <span lang="en">${heard.notice}</span>
      </p>
      <p role="status" class="small">
        ${marked.places ? counted("edit.rowsDiffer", marked.places) : text("edit.listenSame")}
      </p>
      <div class="compare-columns">
        ${column(text("edit.listenNow"), comparison.language, said, marked.before)}
        ${column(text("edit.listenHeard"), heard.language, heard.segments, marked.after)}
      </div>
      <div class="dialog-buttons">
        <button
          class="button compare-play"
          type="button"
          aria-pressed=${comparison.isPlaying()}
          @click=${comparison.play}
        >
          ${text(comparison.isPlaying() ? "edit.pause" : "edit.listenPlay")}
        </button>
        <button class="button" type="button" @click=${() => done(null)}>${text("edit.listenLater")}</button>
        <button class="button" type="button" @click=${() => done(false)}>${text("edit.listenKeep")}</button>
        <button class="button button-primary" type="button" @click=${() => done(true)}>
          ${text("edit.listenUse")}
        </button>
      </div>`;
  });
}

function column(
  title: string,
  language: string,
  segments: readonly Segment[],
  texts: readonly TemplateResult[],
): TemplateResult {
  return html`<section class="compare-column" aria-label=${title} tabindex="0">
    <h3>${title}</h3>
    ${
      segments.length
        ? html`<ol>
            ${segments.map(
              (segment, place) =>
                html`<li>
                  <span class="number soft">${formatTime(segment.start_time)}</span>
                  <span dir="auto" lang=${language}>${texts[place]}</span>
                </li>`,
            )}
          </ol>`
        : html`<p>${text("edit.listenNothing")}</p>`
    }
  </section>`;
}

/** Opens a dialog that resolves to what is chosen in it; null where it is closed otherwise. */
function open<Answer>(
  style: string,
  title: string,
  content: (done: (answer: Answer | null) => void, redraw: () => void) => TemplateResult,
): { readonly closed: Promise<Answer | null>; readonly redraw: () => void } {
  const dialog = document.createElement("dialog");
  dialog.className = style;
  dialog.setAttribute("aria-labelledby", `${style}-title`);
  let chosen: Answer | null = null;
  const done = (answer: Answer | null): void => {
    chosen = answer;
    dialog.close();
  };
  const redraw = (): void => {
    render(
      html`<h2 id="${style}-title">${title}</h2>
        ${content(done, redraw)}`,
      dialog,
    );
  };
  redraw();
  document.body.append(dialog);
  const closed = new Promise<Answer | null>((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
  });
  dialog.showModal();
  return { closed, redraw };
}
