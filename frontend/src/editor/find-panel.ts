/** Find and replace: every place is shown as it would be, before anything is replaced. */

import { html, nothing, type TemplateResult } from "lit";

import { counted, text } from "../frame/texts";
import { icon } from "../parts/icons";
import { tell } from "../parts/toasts";
import type { Editor } from "./editor";
import { clearMarks, mark } from "./marks";
import { replaced, search, type Found } from "./model/alike";
import { formatTime } from "./times";

const SHOWN = 200;

export class FindPanel {
  isOpen = false;
  private find = "";
  private by = "";
  private isCaseSensitive = false;
  private isWholeWord = false;
  /** Rows that are left as they are. */
  private readonly skipped = new Set<number>();

  constructor(
    private readonly editor: () => Editor,
    private readonly redraw: () => void,
  ) {}

  open(find = "", by = ""): void {
    const selected = getSelection()?.toString().trim() ?? "";
    this.isOpen = true;
    this.find = find || selected || this.find;
    this.by = by || this.by;
    if (find) this.isWholeWord = true;
    this.skipped.clear();
    this.show();
    queueMicrotask(() =>
      requestAnimationFrame(() => document.querySelector<HTMLInputElement>("#find-text")?.select()),
    );
  }

  close(): void {
    this.isOpen = false;
    clearMarks("found");
    this.redraw();
    this.editor().view?.field.focus();
  }

  private show(): void {
    clearMarks("found");
    const { rows } = this.editor();
    for (const { row, spans } of this.found().slice(0, SHOWN)) {
      const node = rows.view(row.id)?.field.firstChild;
      if (node instanceof Text) for (const [from, to] of spans) mark("found", node, from, to);
    }
    this.redraw();
  }

  private found(): Found[] {
    return search(this.editor().document.script, {
      find: this.find,
      isCaseSensitive: this.isCaseSensitive,
      isWholeWord: this.isWholeWord,
    });
  }

  private replace(found: readonly Found[]): void {
    const texts = new Map(
      found
        .filter((each) => !this.skipped.has(each.row.id))
        .map((each) => [each.row.id, replaced(each, this.by, !this.isCaseSensitive)]),
    );
    const count = this.editor().replace(texts);
    tell(counted("edit.replaced", count));
    this.show();
  }

  private field(id: string, label: string, value: string, changed: (value: string) => void): TemplateResult {
    return html`<label class="field"
      ><span class="field-label">${label}</span
      ><input
        id=${id}
        type="text"
        dir="auto"
        autocomplete="off"
        .value=${value}
        @input=${(event: InputEvent) => {
          changed((event.target as HTMLInputElement).value);
          this.skipped.clear();
          this.show();
        }}
    /></label>`;
  }

  private choice(label: string, isOn: boolean, changed: (isOn: boolean) => void): TemplateResult {
    return html`<label class="choice"
      ><input
        type="checkbox"
        .checked=${isOn}
        @change=${(event: Event) => {
          changed((event.target as HTMLInputElement).checked);
          this.show();
        }}
      />${label}</label
    >`;
  }

  view(): TemplateResult | typeof nothing {
    if (!this.isOpen) return nothing;
    const found = this.found();
    const chosen = found.filter((each) => !this.skipped.has(each.row.id));
    return html`<section
      class="card find"
      aria-labelledby="find-title"
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Escape") this.close();
      }}
    >
      <div class="find-head">
        <h2 id="find-title">${text("edit.findTitle")}</h2>
        <button
          class="button button-quiet button-icon"
          type="button"
          aria-label=${text("edit.close")}
          @click=${() => this.close()}
        >
          ${icon("close")}
        </button>
      </div>
      <form
        class="find-form"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          this.replace(found);
        }}
      >
        ${this.field("find-text", text("edit.findText"), this.find, (value) => {
          this.find = value;
        })}
        ${this.field("find-by", text("edit.findBy"), this.by, (value) => {
          this.by = value;
        })}
        <div class="find-choices">
          ${this.choice(text("edit.findCase"), this.isCaseSensitive, (isOn) => {
            this.isCaseSensitive = isOn;
          })}
          ${this.choice(text("edit.findWord"), this.isWholeWord, (isOn) => {
            this.isWholeWord = isOn;
          })}
        </div>
        <button class="button button-primary" ?disabled=${!chosen.length}>
          ${counted("edit.replaceIn", chosen.length)}
        </button>
      </form>
      <p class="small soft" role="status">
        ${this.find.trim() ? counted("edit.found", found.length) : nothing}
      </p>
      ${found.length ? this.preview(found) : nothing}
    </section>`;
  }

  private preview(found: readonly Found[]): TemplateResult {
    return html`<ul class="find-list">
      ${found.slice(0, SHOWN).map(
        (each) =>
          html`<li>
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${!this.skipped.has(each.row.id)}
                @change=${(event: Event) => {
                  if ((event.target as HTMLInputElement).checked) this.skipped.delete(each.row.id);
                  else this.skipped.add(each.row.id);
                  this.redraw();
                }}
              /><span class="number soft">${formatTime(each.row.segment.start_time)}</span>
              <span dir="auto">${this.parts(each)}</span></label
            >
          </li>`,
      )}
    </ul>`;
  }

  private parts({ text: whole, spans }: Found): TemplateResult[] {
    const parts: TemplateResult[] = [];
    let end = 0;
    for (const [from, to] of spans) {
      const old = whole.slice(from, to);
      const by = replaced({ text: old, spans: [[0, old.length]] }, this.by, !this.isCaseSensitive);
      parts.push(html`${whole.slice(end, from)}<del>${old}</del>${by ? html` <ins>${by}</ins>` : nothing}`);
      end = to;
    }
    return [...parts, html`${whole.slice(end)}`];
  }
}
