/** What of a job can be downloaded, and as what. */

import { html, nothing, type TemplateResult } from "lit";

import { answerOf, type Parameters } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import { recall, remember } from "../frame/remembered";
import { text, textOf } from "../frame/texts";
import { nameOf, ZIPPED } from "../jobs/job";
import { PageElement } from "../parts/element";
import { icon, type IconName } from "../parts/icons";
import { fileName, save } from "../parts/save";
import { tell } from "../parts/toasts";
import type { JobInfo, PageData, Version } from "./info";

const NAME = "download";
const FIRST = ["WEB_VTT", "SRT"];

interface Download {
  readonly call: string;
  readonly parameters: Parameters;
  readonly ending: string;
}

/** Lets people choose preset and format, and saves files. */
export class Downloads extends PageElement {
  static override properties = {
    data: { attribute: false },
    info: { attribute: false },
    version: { attribute: false },
    recording: { type: String },
    isBusy: { state: true },
  };

  declare data: PageData;
  declare info: JobInfo;
  /** The version that is shown, which is the one that is downloaded. */
  declare version: Version;
  /** Where the recording is; empty where there is none. */
  declare recording: string;
  declare private isBusy: boolean;

  private chosen = { preset: "", format: "WEB_VTT", ...(recall(NAME) as object | undefined) };

  constructor() {
    super();
    this.recording = "";
    this.isBusy = false;
  }

  private async download(wanted: Download): Promise<void> {
    this.isBusy = true;
    try {
      const response = await answerOf(wanted.call, wanted.parameters);
      save(await response.blob(), fileName(nameOf(this.info), wanted.ending));
    } catch (error) {
      tell(text("job.notDownloaded", { reason: reasonOf(error) }));
    }
    this.isBusy = false;
  }

  private get which(): Parameters {
    return { job_id: this.data.job, elementlist_version: this.version.version };
  }

  private get options(): Parameters {
    return this.data.presets[this.chosen.preset] ?? {};
  }

  private captions(): Download {
    const { format } = this.chosen;
    const ending = this.data.formats.find(([name]) => name === format)?.[1] ?? ".txt";
    return {
      call: "job/get_caption",
      parameters: { ...this.which, ...this.options, caption_format: format },
      ending: ending.slice(1),
    };
  }

  private others(): readonly (readonly [label: string, icon: IconName, wanted: Download])[] {
    return [
      [
        text("job.transcriptText"),
        "file",
        { call: "job/get_transcript", parameters: this.which, ending: "txt" },
      ],
      [
        text("job.transcriptHtml"),
        "file",
        { call: "job/get_transcript", parameters: { ...this.which, file_format: "html" }, ending: "html" },
      ],
      [
        text("job.elementList"),
        "file",
        { call: "job/get_elementlist", parameters: this.which, ending: "json" },
      ],
      [
        text("job.zip"),
        "zip",
        {
          call: "job/download_results",
          parameters: {
            job_ids: [this.data.job],
            formats: ZIPPED,
            ...(this.chosen.preset && { preset: this.chosen.preset }),
          },
          ending: "zip",
        },
      ],
    ];
  }

  private choose(changed: Partial<typeof this.chosen>): void {
    this.chosen = { ...this.chosen, ...changed };
    remember(NAME, this.chosen);
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const names = this.data.formats.map(([name]) => name);
    const formats = [
      ...FIRST.filter((each) => names.includes(each)),
      ...names.filter((each) => !FIRST.includes(each)),
    ];
    return html`<section class="card card-inside job-panel" aria-labelledby="downloads-title">
      <h2 id="downloads-title">${text("job.downloads")}</h2>
      <form
        class="download-captions"
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.download(this.captions());
        }}
      >
        ${this.choice("preset", text("job.preset"), ["", ...Object.keys(this.data.presets)], (name) =>
          name ? textOf("preset", name) : text("job.usualPreset"),
        )}
        ${this.choice("format", text("job.format"), formats, (name) => textOf("format", name))}
        <button class="button button-primary" ?disabled=${this.isBusy}>
          ${icon("download")} ${text("job.downloadCaptions")}
        </button>
      </form>
      <ul class="download-others">
        ${this.others().map(
          ([label, name, wanted]) =>
            html`<li>
              <button
                class="button button-quiet"
                type="button"
                ?disabled=${this.isBusy}
                @click=${() => void this.download(wanted)}
              >
                ${icon(name)} ${label}
              </button>
            </li>`,
        )}
        ${
          this.recording
            ? html`<li>
                <a class="button button-quiet" href=${this.recording} download
                  >${icon("wave")} ${text("job.recording")}</a
                >
              </li>`
            : nothing
        }
      </ul>
    </section>`;
  }

  private choice(
    name: "preset" | "format",
    label: string,
    values: readonly string[],
    nameOfValue: (value: string) => string,
  ): TemplateResult {
    return html`<div class="field">
      <label for="download-${name}">${label}</label>
      <select
        id="download-${name}"
        @change=${(event: Event) => this.choose({ [name]: (event.target as HTMLSelectElement).value })}
      >
        ${values.map(
          (value) =>
            html`<option value=${value} .selected=${value === this.chosen[name]}>
              ${nameOfValue(value)}
            </option>`,
        )}
      </select>
    </div>`;
  }
}

customElements.define("scribedock-downloads", Downloads);
