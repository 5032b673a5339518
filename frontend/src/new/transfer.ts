/** The bytes of one recording on their way to its upload URL, through interruptions of any length. */

import { DetailedError, Upload } from "tus-js-client";

import { recall, remember } from "../frame/remembered";
import type { OpenedUpload } from "./recording";

export interface TransferEvents {
  readonly progress: (sent: number) => void;
  /** The network is away, or the server: it will be tried again. */
  readonly waiting: () => void;
  readonly sending: () => void;
}

/** The upload URL takes no more bytes: it has expired, or was cancelled. */
export class UrlGone extends Error {}

export class UploadRefused extends Error {}

/** What one request may carry, in bytes: some proxies refuse more, or cut the connection there. */
const PART_BYTES = [Infinity, 64, 16, 4, 1, 0.5].map((mebibytes) => mebibytes * 1024 * 1024);
const PARTS_NAME = "upload-parts";
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** Two requests that end within so many bytes of each other ended at the same size. */
const SAME_SIZE_BYTES = 256 * 1024;
const LEAST_CUT_BYTES = 512 * 1024;

const GONE = [404, 410];
const TEMPORARY = [408, 409, 423, 425, 429, 502, 503, 504];

export class Transfer {
  /** Ends the request that is under way, and with it what waits for it. */
  private abort: (() => void) | null = null;
  private isStopped = false;
  private wake: (() => void) | null = null;
  private parts = Math.min((recall(PARTS_NAME) ?? 0) as number, PART_BYTES.length - 1);
  private cuts: number[] = [];

  constructor(
    private readonly file: File,
    private readonly upload: OpenedUpload,
    private readonly events: TransferEvents,
  ) {}

  /** Sends until all has arrived; returns false where it was stopped. Throws UrlGone, UploadRefused. */
  async send(isBegun: boolean): Promise<boolean> {
    let mayBeBegun = isBegun;
    for (let failures = 0; !this.isStopped;) {
      const before = this.parts;
      try {
        if (this.upload.isDirect) await this.put();
        else await this.attempt(mayBeBegun);
        return !this.stopped();
      } catch (error) {
        if (this.stopped()) return false;
        this.judge(error);
        mayBeBegun = true;
        if (this.parts !== before) continue;
        this.events.waiting();
        await this.pause(WAITS_MS[Math.min(failures, WAITS_MS.length - 1)] ?? 0);
        failures += 1;
      }
    }
    return false;
  }

  /** Ends the request that is under way; what has arrived stays. */
  stop(): void {
    this.isStopped = true;
    this.abort?.();
    this.wake?.();
  }

  private stopped(): boolean {
    return this.isStopped; // asked anew, for it changes while a request is awaited
  }

  private attempt(isBegun: boolean): Promise<void> {
    let offset = 0;
    let sent = 0;
    return new Promise((resolve, reject) => {
      const running = new Upload(this.file, {
        endpoint: this.upload.url,
        ...(isBegun && { uploadUrl: this.upload.url }),
        chunkSize: PART_BYTES[this.parts] ?? Infinity,
        retryDelays: null, // by whoever calls, who knows when the network is back
        storeFingerprintForResuming: false,
        onAfterResponse: (_, response) => {
          offset = Number(response.getHeader("Upload-Offset") ?? offset);
          this.events.sending();
        },
        onProgress: (bytes) => {
          sent = bytes - offset;
          this.events.progress(bytes);
        },
        onSuccess: () => resolve(),
        onError: (error) => {
          if (error instanceof DetailedError && !error.originalResponse) this.noteCut(sent);
          reject(error);
        },
      });
      this.abort = () => {
        void running.abort();
        reject(new Error()); // tus says nothing of an upload that was aborted
      };
      running.start();
    });
  }

  /** Sends the whole recording at once, for an object store. */
  private put(): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.abort = () => request.abort();
      request.open("PUT", this.upload.url);
      request.upload.onprogress = (event) => {
        this.events.sending();
        this.events.progress(event.loaded);
      };
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) resolve();
        else if (request.status === 403) reject(new UrlGone());
        else if (request.status < 500) reject(new UploadRefused(`${request.status} ${request.statusText}`));
        else reject(new Error());
      };
      request.onerror = () => reject(new Error());
      request.onabort = () => reject(new Error());
      request.send(this.file);
    });
  }

  /** Makes parts smaller where whole ones do not get through; throws what no further try would mend. */
  private judge(error: unknown): void {
    if (error instanceof UrlGone || error instanceof UploadRefused) throw error;
    if (!(error instanceof DetailedError)) return;
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 413 && error.originalRequest.getMethod() !== "POST" && this.makeSmaller()) return;
    if (GONE.includes(status)) throw new UrlGone();
    if (status >= 400 && status < 500 && !TEMPORARY.includes(status)) {
      throw new UploadRefused(commentOf(error.originalResponse?.getBody() ?? "") || String(status));
    }
    if (status === 507) throw new UploadRefused(commentOf(error.originalResponse?.getBody() ?? ""));
  }

  private noteCut(sent: number): void {
    const last = this.cuts.at(-1);
    this.cuts.push(sent);
    if (last === undefined || sent < LEAST_CUT_BYTES || Math.abs(sent - last) > SAME_SIZE_BYTES) return;
    this.cuts = [];
    this.makeSmaller();
  }

  private makeSmaller(): boolean {
    if (this.parts >= PART_BYTES.length - 1) return false;
    this.parts += 1;
    while ((PART_BYTES[this.parts] ?? 0) > this.file.size && this.parts < PART_BYTES.length - 1) {
      this.parts += 1;
    }
    remember(PARTS_NAME, this.parts);
    return true;
  }

  /** Waits for so long, or until the network is back. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        window.clearTimeout(timer);
        window.removeEventListener("online", done);
        this.wake = null;
        resolve();
      };
      const timer = window.setTimeout(done, milliseconds);
      window.addEventListener("online", done);
      this.wake = done;
    });
  }
}

function commentOf(body: string): string {
  try {
    return (JSON.parse(body) as { ErrorComment?: string }).ErrorComment ?? "";
  } catch {
    return "";
  }
}
