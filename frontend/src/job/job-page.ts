import { html, nothing, type TemplateResult } from "lit";

import { CallError } from "../frame/calls";
import { followJobs, type JobChange } from "../frame/events";
import { page, pageData } from "../frame/page";
import { isAbort, reasonOf } from "../frame/problems";
import { isComplete, nameOf } from "../jobs/job";
import { PageElement } from "../parts/element";
import "../parts/menu";
import { tell } from "../parts/toasts";
import { readMedia, type Media } from "../player/media";
import type { Player } from "../player/player";
import { failureState, goneState, waitingPage } from "./absent";
import { approvalCard } from "./approval";
import { Belongings } from "./belongings";
import type { ElementList } from "./elementlist";
import { authorizeJob, deleteJob } from "./deeds";
import "./downloads";
import { pageHead } from "./head";
import {
  awaitedOf,
  readAwaited,
  readInfo,
  readCaptions,
  readList,
  readVersions,
  type JobInfo,
  type PageData,
  type Version,
} from "./info";
import { orderAgain, orderIt } from "./ordering";
import { decisionsPanel, factsPanel, topicsPanel, versionsPanel } from "./panels";
import { playerCard, type PlayerEvents } from "./player-card";
import { progressCard } from "./progress";
import "./shares";
import type { Transcript } from "./transcript";
import { transcriptOf, transcriptWaiting, Words } from "./words";

const READ_AGAIN_MS = 500;

/** One job: its recording and transcript, and all that belongs to it; kept up to date. */
class JobPage extends PageElement {
  private readonly data = pageData() as PageData;
  private readonly belongings = new Belongings(this.data, () => this.requestUpdate());
  private info: JobInfo | null = null;
  private versions: readonly Version[] = [];
  private shown: Version | null = null;
  private list: ElementList | null = null;
  /** Of the version that is shown, as WebVTT; empty while they are not there. */
  private captions = "";
  private readonly laidOut = new Words();
  private media: Media | null | undefined;
  /** The newest version that was there. */
  private newest = "";
  /** The version, saved and not published, that is shown because it waits for approval; empty for another. */
  private saved = "";
  private problem = "";
  private isGone = false;
  private timer = 0;
  private reading: AbortController | null = null;
  private showing: AbortController | null = null;
  private stopFollowing: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopFollowing = followJobs(this.onChange, () => this.readLater());
    void this.read(false);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopFollowing?.();
    window.clearTimeout(this.timer);
    this.reading?.abort();
    this.showing?.abort();
  }

  private get player(): Player | null {
    return this.querySelector("scribedock-player");
  }

  private readonly onChange = (change: JobChange): void => {
    if (change.job_id !== this.data.job) return;
    if (this.info?.JobStatus === change.status && change.status === "In Process") {
      this.info = { ...this.info, Progress: change.progress };
      this.requestUpdate();
    } else {
      void this.player?.reload(); // something was made of the recording, perhaps
      this.readLater();
    }
  };

  private readLater(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(true), READ_AGAIN_MS);
  }

  private async read(isBackground: boolean): Promise<void> {
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    const options = { signal: reading.signal, isBackground };
    try {
      const kept = this.data.mayRead ? readVersions(this.data.job, options) : Promise.resolve([]);
      kept.catch(() => undefined); // it is awaited below, unless results were erased
      // Together, so that nothing on the page moves once it is there.
      const [info] = await Promise.all([
        readInfo(this.data.job, options),
        this.belongings.read(options),
        this.media === undefined && this.data.mayRead ? this.readMedia(isBackground) : null,
      ]);
      const versions = info.ResultsErasedDate ? [] : await kept;
      const awaited = this.info?.AwaitsApproval?.version;
      this.info = info;
      this.versions = versions;
      this.problem = "";
      document.title = `${nameOf(info)} · scribedock`;
      const newest = versions.at(-1);
      const isNew = newest?.version !== this.newest;
      this.newest = newest?.version ?? "";
      if (!newest) this.shown = this.list = null;
      else if (isNew) await this.show(newest, isBackground);
      if (info.AwaitsApproval?.version !== awaited) await this.showAwaited(isBackground);
    } catch (error) {
      if (isAbort(error)) return;
      if (error instanceof CallError && error.type === "ITEM_NOT_FOUND") this.isGone = true;
      else if (!isBackground || this.info === null || this.list === null) this.problem = reasonOf(error);
      if (this.list === null) this.newest = ""; // so that it is read the next time
    }
    this.requestUpdate();
  }

  /** Where that fails, the player asks again, and says why. */
  private async readMedia(isBackground: boolean): Promise<void> {
    this.media = await readMedia(this.data.job, isBackground).catch(() => undefined);
  }

  /** Shows a version of the transcript. */
  private async show(version: Version, isBackground = false): Promise<void> {
    this.showing?.abort();
    this.showing = new AbortController();
    this.shown = version;
    this.saved = "";
    this.captions = "";
    this.requestUpdate();
    const options = { isBackground, signal: this.showing.signal };
    const captions = readCaptions(this.data.job, version, options);
    captions.catch(() => undefined); // it is awaited below, unless the list fails first
    this.list = await readList(this.data.job, version, options);
    const doubtBelow = this.info?.WordsInDoubt === undefined ? 0 : this.data.doubtBelow;
    this.laidOut.take(this.list, doubtBelow);
    this.requestUpdate();
    this.captions = await captions; // which takes longer to lay out than the words to read
    this.requestUpdate();
  }

  /** Shows what waits for approval, where that is not among the versions. */
  private async showAwaited(isBackground = false): Promise<void> {
    const awaited = awaitedOf(this.data, this.info);
    const version = awaited && this.versions.find((each) => each.version === awaited.version);
    if (!awaited || this.isAwaitedShown) return;
    if (version) {
      await this.show(version, isBackground);
      return;
    }
    this.list = await readAwaited(this.data.job, { isBackground });
    this.laidOut.take(this.list, 0);
    this.captions = "";
    this.saved = awaited.version;
    this.requestUpdate();
  }

  private get isAwaitedShown(): boolean {
    return (this.saved || this.shown?.version) === awaitedOf(this.data, this.info)?.version;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isAbort(error)) tell(reasonOf(error));
    }
  }

  private readonly again = (): void => {
    void this.attempt(async () => {
      if (!this.info) return;
      const job = await orderAgain(this.info, this.data.offer);
      if (job) location.assign(`${page.base}/web/jobs/${job}`);
    });
  };

  private readonly order = (): void => {
    void this.attempt(async () => {
      if (this.info && (await orderIt(this.info, this.data.offer))) await this.read(false);
    });
  };

  private readonly authorize = (): void => {
    void this.attempt(async () => {
      if (this.info) await authorizeJob(this.info);
      await this.read(false);
    });
  };

  private readonly deleteJob = (): void => {
    void this.attempt(async () => {
      if (this.info && (await deleteJob(this.info))) location.assign(`${page.base}/web/jobs`);
    });
  };

  private seek(time: number): void {
    this.player?.seek(time);
    this.player?.play();
  }

  protected override render(): TemplateResult {
    if (this.isGone) return goneState();
    const { info, data } = this;
    if (!info) return this.problem ? this.failure() : waitingPage(data.name);
    const mayAgain = data.mayUpload && this.media?.kind != null;
    return html`${pageHead(info, {
        ...(mayAgain && { again: this.again }),
        ...(data.mayChange && { remove: this.deleteJob }),
        ...(data.mayChange &&
          isComplete(info) &&
          this.list && { editUrl: `${page.base}/web/jobs/${data.job}/edit` }),
      })}
      ${approvalCard(data, info, this.list === null ? null : this.isAwaitedShown, {
        decided: () => void this.read(false),
        look: () => void this.attempt(() => this.showAwaited()),
      })}
      <div class="job-columns ${this.shown ? "" : "job-alone"}">
        ${data.mayRead ? this.playerCard(info) : nothing} ${this.words(info)}
        <div class="job-panels">${this.panels(info)}</div>
      </div>`;
  }

  private failure(): TemplateResult {
    return failureState(this.problem, () => void this.read(false));
  }

  private playerCard(info: JobInfo): TemplateResult {
    const { media, captions } = this;
    const language = this.list?.language ?? "";
    return playerCard({ job: this.data.job, media, label: nameOf(info), captions, language }, this.played);
  }

  private readonly played: PlayerEvents = {
    media: (media) => {
      this.media = media;
      this.requestUpdate();
    },
    described: (texts) => {
      this.laidOut.describe(texts);
      this.requestUpdate();
    },
    time: (time) => this.querySelector<Transcript>("scribedock-transcript")?.show(time),
  };

  private words(info: JobInfo): TemplateResult {
    const { mayUpload, mayChange } = this.data;
    if (this.list) return transcriptOf(this.list, this.laidOut.passages, (time) => this.seek(time));
    if (this.shown) return transcriptWaiting(this.problem ? this.failure() : null);
    return html`<div class="job-transcript">
      ${progressCard(info, {
        ...(mayUpload && this.media?.kind != null && { order: this.order, again: this.order }),
        ...(mayChange && { authorize: this.authorize }),
      })}
    </div>`;
  }

  private panels(info: JobInfo): unknown[] {
    const { list, shown } = this;
    return [
      shown
        ? html`<scribedock-downloads
            .data=${this.data}
            .info=${info}
            .version=${shown}
            .recording=${this.media?.source && !this.media.source.proxy ? this.media.source.url : ""}
          ></scribedock-downloads>`
        : nothing,
      shown
        ? versionsPanel(this.versions, shown, (version) => void this.attempt(() => this.show(version)))
        : nothing,
      decisionsPanel(info),
      ...this.belongings.panels(info),
      factsPanel(info),
      list ? topicsPanel(list, (time) => this.seek(time)) : nothing,
      shown && this.data.mayChange && this.data.mayRead
        ? html`<scribedock-shares .job=${this.data.job}></scribedock-shares>`
        : nothing,
      this.belongings.audit(),
    ];
  }
}

customElements.define("scribedock-job", JobPage);
