import { html, nothing, type PropertyValues, type TemplateResult } from "lit";

import { recall, remember } from "../frame/remembered";
import { counted, text } from "../frame/texts";
import { PageElement } from "../parts/element";
import { icon } from "../parts/icons";
import { findHits, type Hit } from "./find";
import { mark, placeAt, rangeOf } from "./marks";
import { fillList } from "./passage-list";
import { indexAt, pieceAt, type Passage } from "./passages";
import { stepAlong } from "./stops";

const NAME = "follows";
const DESCRIPTIONS = "descriptions";
const TYPING_MS = 150;
const REVEALS = 4;
/** From so many passages on the browser lays out only those that can be seen. */
const MANY = 300;

/**
 * The words of a recording, which follow its player. Dispatches `seekto` with milliseconds.
 *
 * It is no live region, and following moves neither the focus nor the page.
 */
export class Transcript extends PageElement {
  static override properties = {
    passages: { attribute: false },
    language: { type: String },
    hasDoubt: { type: Boolean },
    follows: { state: true },
    describes: { state: true },
    hits: { state: true },
    hit: { state: true },
    isFilling: { state: true },
  };

  declare passages: readonly Passage[];
  /** Of the words; empty where it is not known. */
  declare language: string;
  /** Whether words in doubt are marked, and how they are is to be said. */
  declare hasDoubt: boolean;
  declare private follows: boolean;
  /** Whether what describes the picture is among them. */
  declare private describes: boolean;
  declare private hits: readonly Hit[];
  declare private hit: number;
  declare private isFilling: boolean;

  private shown: readonly Passage[] = [];
  private active = -1;
  private wanted = "";
  private timer = 0;
  private stopFilling: (() => void) | null = null;

  constructor() {
    super();
    this.passages = [];
    this.language = "";
    this.hasDoubt = false;
    this.follows = recall(NAME) !== false;
    this.describes = recall(DESCRIPTIONS) !== false;
    this.hits = [];
    this.hit = -1;
    this.isFilling = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopFilling?.();
    for (const name of ["spoken", "found", "found-now"]) mark(name, []);
  }

  private get list(): HTMLElement | null {
    return this.querySelector(".passages");
  }

  private item(index: number): HTMLElement | null {
    return (this.list?.children[index] as HTMLElement | undefined) ?? null;
  }

  /** Marks what is said at a time. */
  show(time: number): void {
    const index = indexAt(this.shown, time);
    if (index !== this.active) {
      this.item(this.active)?.classList.remove("passage-active");
      this.active = index;
      this.item(index)?.classList.add("passage-active");
      if (this.follows) this.reveal(index);
    }
    const passage = this.shown[index];
    const words = this.item(index)?.querySelector(".passage-text");
    const piece = passage?.pieces[indexAt(passage.pieces, time)];
    const range = piece && words ? rangeOf(words, piece.at, piece.at + piece.text.length) : null;
    mark("spoken", range ? [range] : []);
  }

  /**
   * Scrolls the list alone, and only where the passage is not in its middle. Passages that were never laid out have an
   * estimated height: what is meant may have moved by the next frame.
   */
  private reveal(index: number, tries = REVEALS): void {
    const { list } = this;
    const item = this.item(index);
    if (!list || !item || !tries) return;
    const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
    const above = inner.top - outer.top;
    if (above >= outer.height * 0.1 && inner.bottom <= outer.top + outer.height * 0.75) return;
    list.scrollTop += above - outer.height * 0.3;
    requestAnimationFrame(() => this.reveal(index, tries - 1));
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("passages") && !changed.has("describes")) return;
    const { passages } = this;
    this.shown = this.describes ? passages : passages.filter((each) => each.describedIn === undefined);
  }

  protected override updated(changed: PropertyValues): void {
    if ((!changed.has("passages") && !changed.has("describes")) || !this.list) return;
    this.stopFilling?.();
    this.active = -1;
    this.isFilling = true;
    this.stopFilling = fillList(this.list, this.shown, this.language, () => {
      this.isFilling = false;
    });
    this.find(this.wanted);
  }

  private find(wanted: string): void {
    this.wanted = wanted;
    this.hits = findHits(this.shown, wanted);
    this.hit = -1;
    mark(
      "found",
      this.hits
        .slice(0, 1000)
        .map((each) => this.rangeOfHit(each))
        .filter((each) => each !== null),
    );
    mark("found-now", []);
    this.frame(-1);
    if (this.hits.length) this.go(0);
  }

  private rangeOfHit(hit: Hit): Range | null {
    const words = this.item(hit.passage)?.querySelector(".passage-text");
    return words ? rangeOf(words, hit.from, hit.to) : null;
  }

  /** Frames one passage, or none. */
  private frame(index: number): void {
    this.querySelector(".passage-found")?.classList.remove("passage-found");
    this.item(index)?.classList.add("passage-found");
  }

  /** Shows a hit; after the last comes the first. */
  private go(index: number): void {
    const count = this.hits.length;
    if (!count) return;
    this.hit = (index + count) % count;
    const hit = this.hits[this.hit];
    if (!hit) return;
    const range = this.rangeOfHit(hit);
    mark("found-now", range ? [range] : []);
    this.frame(hit.passage);
    this.setFollows(false, false);
    this.reveal(hit.passage);
  }

  private setFollows(follows: boolean, isRemembered = true): void {
    this.follows = follows;
    if (isRemembered) remember(NAME, follows);
    if (follows) this.reveal(this.active);
  }

  private seek(time: number): void {
    this.dispatchEvent(new CustomEvent("seekto", { detail: time }));
  }

  private readonly onClick = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const item = target.closest<HTMLElement>(".passage");
    const passage = item && this.shown[[...(this.list?.children ?? [])].indexOf(item)];
    if (!item || !passage) return;
    const words = target.closest(".passage-text");
    if (!words) {
      if (target.closest(".passage-time")) this.seek(passage.start);
      return;
    }
    if (!(document.getSelection()?.isCollapsed ?? true)) return; // they are selecting text
    const place = placeAt(words, event.clientX, event.clientY);
    this.seek((place === null ? undefined : pieceAt(passage, place))?.start ?? passage.start);
  };

  private readonly onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.go(this.hit + (event.shiftKey ? -1 : 1));
  };

  /** Whoever scrolls wants to read there. */
  private readonly onOwnScroll = (): void => {
    if (this.follows) this.setFollows(false, false);
  };

  protected override render(): TemplateResult {
    return html`<section class="card transcript" aria-labelledby="transcript-title">
      <div class="transcript-head">
        <h2 id="transcript-title">${text("job.transcript")}</h2>
        <button
          class="button button-quiet transcript-follow"
          type="button"
          aria-pressed=${this.follows}
          @click=${() => this.setFollows(!this.follows)}
        >
          ${icon("follow")} ${text("job.follow")}
        </button>
        ${this.passages.some((each) => each.describedIn !== undefined) ? this.describesButton() : nothing}
        <search class="search transcript-search">
          ${icon("search")}
          <input
            type="search"
            autocomplete="off"
            maxlength="200"
            aria-label=${text("job.find")}
            placeholder=${text("job.find")}
            @input=${(event: Event) => {
              const wanted = (event.target as HTMLInputElement).value;
              window.clearTimeout(this.timer);
              this.timer = window.setTimeout(() => this.find(wanted), TYPING_MS);
            }}
            @keydown=${this.onSearchKey}
          />
          <span class="transcript-hits number" role="status">${this.hitsText()}</span>
          ${this.hits.length > 1 ? this.hitButtons() : nothing}
        </search>
      </div>
      ${this.hasDoubt ? html`<p class="transcript-legend">${this.legend()}</p>` : nothing}
      <ol
        class="passages ${this.shown.length > MANY ? "passages-many" : ""}"
        aria-busy=${this.isFilling}
        @click=${this.onClick}
        @keydown=${stepAlong}
        @wheel=${{ handleEvent: this.onOwnScroll, passive: true }}
        @touchmove=${{ handleEvent: this.onOwnScroll, passive: true }}
      ></ol>
    </section>`;
  }

  private describesButton(): TemplateResult {
    return html`<button
      class="button button-quiet transcript-follow"
      type="button"
      aria-pressed=${this.describes}
      @click=${() => {
        this.describes = !this.describes;
        remember(DESCRIPTIONS, this.describes);
      }}
    >
      ${icon("described")} ${text("player.describedRows")}
    </button>`;
  }

  private legend(): TemplateResult {
    return html`<span class="passage-doubt">${text("job.doubtSample")}</span> ${text("job.doubtLegend")}`;
  }

  private hitsText(): string {
    if (!this.wanted.trim()) return "";
    if (!this.hits.length) return text("job.noHits");
    return this.hit < 0
      ? counted("job.hits", this.hits.length)
      : text("job.hitOf", { number: this.hit + 1, count: this.hits.length });
  }

  private hitButtons(): TemplateResult[] {
    const steps = [
      ["up", text("job.previousHit"), -1],
      ["down", text("job.nextHit"), 1],
    ] as const;
    return steps.map(
      ([name, label, step]) =>
        html`<button
          class="button button-quiet button-icon"
          type="button"
          aria-label=${label}
          title=${label}
          @click=${() => this.go(this.hit + step)}
        >
          ${icon(name)}
        </button>`,
    );
  }
}

customElements.define("scribedock-transcript", Transcript);
