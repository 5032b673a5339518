import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { call } from "../frame/calls";
import { formatBytes } from "../frame/formats";
import { page, pageData } from "../frame/page";
import { reasonOf } from "../frame/problems";
import { counted, text } from "../frame/texts";
import { confirm } from "../parts/confirm";
import { PageElement } from "../parts/element";
import { tell } from "../parts/toasts";
import { problemOfLine, readCsvOrders } from "./csv-orders";
import "./file-drop";
import { forgetUpload, interruptedUploads, type Interrupted } from "./interrupted";
import { keptFile, keptHandles } from "./kept-handles";
import { interruptions, problemList } from "./notices";
import { firstOrder, rememberOrder, type Offer, type Order } from "./order";
import { orderForm } from "./order-form";
import { Queue } from "./queue";
import { isMedia, isTable, isTranscript, stemOf, type Recording } from "./recording";
import { recordingRow } from "./recording-row";

const FRAME_MS = 250;
const NAMED = 3;

/** Chooses recordings, says what is to be done with them, uploads and orders. */
class NewPage extends PageElement {
  private readonly offer = pageData() as Offer;
  private order: Order = firstOrder(this.offer);
  private timer = 0;
  private tableProblems: readonly string[] = [];
  /** The fingerprints of interrupted uploads whose files need not be chosen again. */
  private kept: ReadonlySet<string> = new Set<string>();
  private readonly queue = new Queue(() => this.show());

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("beforeunload", this.onLeaving);
    void keptHandles(interruptedUploads().map((each) => each.fingerprint)).then((kept) => {
      this.kept = kept;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.onLeaving);
  }

  private readonly onLeaving = (event: BeforeUnloadEvent): void => {
    if (this.queue.isActive) event.preventDefault();
  };

  /** Renders soon: progress comes more often than anybody can read. */
  private show(): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.requestUpdate();
    }, FRAME_MS);
  }

  private async add(files: readonly File[]): Promise<void> {
    const skipped = files.filter((file) => !isMedia(file) && !isTranscript(file) && !isTable(file));
    const tooLarge = files.filter((file) => isMedia(file) && file.size > this.offer.maxBytes);
    for (const file of files) if (isMedia(file) && !tooLarge.includes(file)) await this.queue.addFile(file);
    for (const file of files.filter(isTranscript)) if (!this.attach(file)) skipped.push(file);
    for (const file of files.filter(isTable)) await this.addTable(file);
    if (tooLarge.length) {
      tell(text("new.tooLarge", { names: namesOf(tooLarge), size: formatBytes(this.offer.maxBytes) }));
    }
    if (skipped.length) tell(counted("new.skipped", skipped.length, { names: namesOf(skipped) }));
    this.requestUpdate();
  }

  /** Adds what a table orders, and says what of it cannot be; its files are those of the list. */
  private async addTable(file: File): Promise<void> {
    const { orders, problems } = readCsvOrders(await file.text(), this.offer);
    const missing = orders.filter((each) => !this.queue.addOrder(each));
    const absent = missing.map(({ line, recording }) =>
      problemOfLine(line, text("new.csvNoFile", { name: String(recording) })),
    );
    this.tableProblems = [...problems, ...absent]
      .sort((one, other) => one.line - other.line)
      .map((each) => each.explanation);
    tell(counted("new.csvRead", orders.length - missing.length, { name: file.name }));
  }

  /** Puts a transcript to the recording of its name, or to the only one. */
  private attach(transcript: File): boolean {
    const open = this.queue.recordings.filter((each) => each.isToBeOrdered && !each.has.transcript);
    const named = open.find((each) => each.file && stemOf(each.file.name) === stemOf(transcript.name));
    const found = named ?? (open.length === 1 ? open[0] : undefined);
    if (found) found.transcript = transcript;
    return found !== undefined;
  }

  private start(): void {
    rememberOrder(this.order);
    this.queue.start(this.order);
  }

  private async takeOff(recording: Recording): Promise<void> {
    const isSure =
      !recording.sent ||
      recording.step === "ordered" ||
      (await confirm({
        title: text("new.removeTitle", { name: recording.name }),
        explanation: text("new.removeText"),
        yes: text("new.removeYes"),
        isDangerous: true,
      }));
    if (!isSure) return;
    try {
      await this.queue.remove(recording);
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  /** Goes on with an upload whose file the browser can still give. */
  private async goOn(interrupted: Interrupted): Promise<void> {
    const file = await keptFile(interrupted.fingerprint);
    if (file) await this.add([file]);
    else tell(text("new.fileGone", { name: interrupted.name }));
  }

  private async discard(interrupted: Interrupted): Promise<void> {
    forgetUpload(interrupted.fingerprint);
    this.requestUpdate();
    try {
      await call("job/delete", { job_id: interrupted.upload.job });
    } catch (error) {
      tell(reasonOf(error));
    }
  }

  protected override render(): TemplateResult {
    const { recordings } = this.queue;
    const toOrder = recordings.filter((each) => each.isToBeOrdered);
    return html`<div class="page-head">
        <div>
          <h1>${text("new.title")}</h1>
          <p>${text("new.explanation")}</p>
        </div>
      </div>
      <div class="new-columns">
        <section aria-label=${text("new.recordings")}>
          ${this.interruptions()}
          <scribedock-file-drop
            .isSmall=${recordings.length > 0}
            @files=${(event: CustomEvent<readonly File[]>) => void this.add(event.detail)}
            @address=${(event: CustomEvent<URL>) => this.queue.addUrl(event.detail)}
          ></scribedock-file-drop>
          ${problemList(this.tableProblems, () => {
            this.tableProblems = [];
            this.requestUpdate();
          })}
          ${recordings.length ? this.list(recordings) : nothing}
        </section>
        ${orderForm(
          this.order,
          this.offer,
          toOrder,
          this.queue.isActive,
          (changed) => {
            this.order = { ...this.order, ...changed };
            this.requestUpdate();
          },
          () => this.start(),
        )}
      </div>`;
  }

  private list(recordings: readonly Recording[]): TemplateResult {
    const actions = {
      pause: (each: Recording) => this.queue.pause(each),
      resume: (each: Recording) => this.queue.resume(each, this.order),
      remove: (each: Recording) => void this.takeOff(each),
      dropTranscript: (each: Recording) => {
        each.transcript = null;
        this.requestUpdate();
      },
    };
    const isDone = recordings.every((each) => each.step === "ordered");
    return html`${
        isDone
          ? html`<p class="notice notice-good" role="status">
              <span
                >${counted("new.allOrdered", recordings.length)}
                <a href="${page.base}/web/jobs">${text("new.seeJobs")}</a></span
              >
            </p>`
          : nothing
      }
      <ul class="card recordings">
        ${repeat(
          recordings,
          (each) => each.number,
          (each) => recordingRow(each, actions),
        )}
      </ul>`;
  }

  private interruptions(): TemplateResult | typeof nothing {
    const known = new Set(this.queue.recordings.map((each) => each.fingerprint));
    return interruptions(
      interruptedUploads().filter((each) => !known.has(each.fingerprint)),
      this.kept,
      {
        goOn: (each) => void this.goOn(each),
        discard: (each) => void this.discard(each),
      },
    );
  }
}

function namesOf(files: readonly File[]): string {
  const names = files.slice(0, NAMED).map((file) => file.name);
  return files.length > NAMED ? `${names.join(", ")} …` : names.join(", ");
}

customElements.define("scribedock-new", NewPage);
