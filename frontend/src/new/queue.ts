/** The recordings of the page, a few of which are worked on at a time. */

import { call } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import { text } from "../frame/texts";
import type { CsvOrder } from "./csv-orders";
import { fingerprintOf } from "./fingerprint";
import { forgetUpload, interruptedUploadOf, keepUpload, letGo } from "./interrupted";
import { jobParameters, orderParameters, type Order } from "./order";
import { Recording, stemOf } from "./recording";
import { Speedometer } from "./speed";
import { Transfer, UploadRefused, UrlGone } from "./transfer";

const AT_ONCE = 2;
const KEEP_MS = 5_000;

export class Queue {
  recordings: readonly Recording[] = [];
  private readonly transfers = new Map<Recording, Transfer>();
  private readonly orders = new Map<Recording, Order>();
  private count = 0;

  constructor(private readonly changed: () => void) {
    window.setInterval(() => this.transfers.forEach((_, recording) => keepUpload(recording)), KEEP_MS);
    window.addEventListener("pagehide", () => letGo(this.recordings));
  }

  get isActive(): boolean {
    return this.recordings.some((each) => each.isActive);
  }

  async addFile(file: File): Promise<void> {
    const recording = this.add(stemOf(file.name), file);
    try {
      recording.fingerprint = await fingerprintOf(file);
    } catch {
      recording.step = "failed";
      recording.problem = text("new.unreadable");
      this.changed();
      return;
    }
    const interrupted = interruptedUploadOf(recording.fingerprint);
    if (interrupted && !recording.job) {
      recording.job = interrupted.upload.job;
      recording.upload = interrupted.upload;
      recording.isBegun = true;
    }
    this.changed();
  }

  addUrl(url: URL): Recording {
    const last = url.pathname.split("/").filter(Boolean).at(-1);
    return this.add(last ? decoded(last) : url.host, url);
  }

  /** Gives a recording what a table orders for it; returns false where the file that it names is not there. */
  addOrder(order: CsvOrder): boolean {
    const { recording: named } = order;
    const found =
      named instanceof URL
        ? this.addUrl(named)
        : this.recordings.find((each) => each.isToBeOrdered && each.file?.name === named);
    if (!found) return false;
    found.own = order.own;
    found.externalId = order.externalId;
    if (order.name) found.name = order.name;
    this.changed();
    return true;
  }

  private add(name: string, source: File | URL): Recording {
    this.count += 1;
    const recording = new Recording(this.count, name, source);
    this.recordings = [...this.recordings, recording];
    this.changed();
    return recording;
  }

  /** Begins, or goes on with, all that are to be ordered. */
  start(order: Order): void {
    this.recordings.filter((each) => each.isToBeOrdered).forEach((each) => this.queue(each, order));
  }

  /** Begins one, or goes on with it; with the order that was given for it before, if there is one. */
  resume(recording: Recording, order: Order): void {
    this.queue(recording, recording.step === "paused" ? (this.orders.get(recording) ?? order) : order);
  }

  private queue(recording: Recording, order: Order): void {
    this.orders.set(recording, order);
    recording.step = "waiting";
    recording.problem = "";
    this.next();
  }

  pause(recording: Recording): void {
    recording.step = "paused";
    this.transfers.get(recording)?.stop();
    this.next();
  }

  /** Takes a recording off the list; a job that was not ordered is deleted with what it has. */
  async remove(recording: Recording): Promise<void> {
    const isOrdered = recording.step === "ordered";
    recording.step = "paused";
    this.transfers.get(recording)?.stop();
    this.recordings = this.recordings.filter((each) => each !== recording);
    this.next();
    if (isOrdered || !recording.job) return;
    forgetUpload(recording.fingerprint);
    await call("job/delete", { job_id: recording.job });
  }

  clearOrdered(): void {
    this.recordings = this.recordings.filter((each) => each.step !== "ordered");
    this.changed();
  }

  private next(): void {
    const busy = this.recordings.filter((each) => each.isActive && each.step !== "waiting").length;
    const waiting = this.recordings.filter((each) => each.step === "waiting");
    for (const recording of waiting.slice(0, Math.max(0, AT_ONCE - busy))) void this.work(recording);
    this.changed();
  }

  private async work(recording: Recording): Promise<void> {
    const common = this.orders.get(recording);
    if (!common) return;
    const order = { ...common, ...recording.own };
    this.enter(recording, "preparing");
    try {
      if (await this.bring(recording, order)) {
        this.enter(recording, "ordering");
        await this.order(recording, order);
        forgetUpload(recording.fingerprint);
        this.enter(recording, "ordered");
      }
    } catch (error) {
      recording.problem = error instanceof UploadRefused ? error.message : reasonOf(error);
      this.enter(recording, "failed");
    }
    this.next();
  }

  private enter(recording: Recording, step: Recording["step"]): void {
    recording.step = step;
    this.changed();
  }

  /** Opens the job and gives it its media; returns false where it was paused meanwhile. */
  private async bring(recording: Recording, order: Order): Promise<boolean> {
    recording.job ||= (await call<{ JobId: string }>("job/new", jobParameters(recording, order))).JobId;
    if (!this.recordings.includes(recording)) {
      await call("job/delete", { job_id: recording.job }); // it was taken off the list meanwhile
      return false;
    }
    if (recording.has.media) return true;
    if (recording.source instanceof URL) {
      await call("job/add_media_url", { job_id: recording.job, media_url: recording.source.href });
      recording.has.media = true;
      return true;
    }
    for (let hasNewUrl = false; ; hasNewUrl = true) {
      recording.upload ??= await this.openUpload(recording);
      keepUpload(recording);
      try {
        recording.has.media = await this.send(recording, recording.source, recording.upload);
        return recording.has.media;
      } catch (error) {
        if (!(error instanceof UrlGone) || hasNewUrl) throw error;
        recording.upload = null;
        recording.isBegun = false;
      }
    }
  }

  private async openUpload(recording: Recording): Promise<Recording["upload"] & object> {
    const answer = await call<{ upload_url: string; Notice?: string }>("job/request_upload_url", {
      job_id: recording.job,
    });
    return { job: recording.job, url: answer.upload_url, isDirect: answer.Notice !== undefined };
  }

  private async send(
    recording: Recording,
    file: File,
    upload: Recording["upload"] & object,
  ): Promise<boolean> {
    const isPaused = (): boolean => recording.step === "paused";
    if (isPaused()) return false;
    const speedometer = new Speedometer();
    const transfer = new Transfer(file, upload, {
      progress: (sent) => {
        recording.sent = sent;
        recording.speed = speedometer.note(sent, performance.now());
        this.changed();
      },
      waiting: () => this.enter(recording, "offline"),
      sending: () => {
        if (recording.step !== "uploading" && !isPaused()) this.enter(recording, "uploading");
      },
    });
    this.transfers.set(recording, transfer);
    this.enter(recording, "uploading");
    try {
      return await transfer.send(recording.isBegun);
    } finally {
      recording.isBegun = true;
      recording.speed = 0;
      this.transfers.delete(recording);
    }
  }

  private async order(recording: Recording, order: Order): Promise<void> {
    const { job, transcript, has } = recording;
    if (transcript && !has.transcript) {
      await call("job/add_transcript", { job_id: job }, { file: transcript });
      has.transcript = true;
    }
    if (order.terms.trim() && !has.guidelines) {
      await call("job/add_custom_guidelines", { job_id: job, guidelines_data: order.terms.trim() });
      has.guidelines = true;
    }
    await call("job/perform_transcription", orderParameters(job, order));
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
