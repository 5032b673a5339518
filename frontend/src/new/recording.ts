/** A recording that a person has chosen, on its way to an order. */

import type { Order } from "./order";

export type Step =
  "chosen" | "waiting" | "preparing" | "uploading" | "offline" | "paused" | "ordering" | "ordered" | "failed";

/** What of an upload outlives a reload of the page. */
export interface OpenedUpload {
  readonly job: string;
  readonly url: string;
  /** Whether the URL is an object store's own, which takes one whole PUT. */
  readonly isDirect: boolean;
}

export class Recording {
  step: Step = "chosen";
  sent = 0;
  /** Bytes a second; 0 while it is not known. */
  speed = 0;
  problem = "";
  transcript: File | null = null;
  job = "";
  upload: OpenedUpload | null = null;
  /** Whether the server may already have some of the bytes. */
  isBegun = false;
  fingerprint = "";
  /** What is ordered for it alone, over what is ordered for all. */
  own: Partial<Order> = {};
  externalId = "";
  /** What the job already has, so that a retry does nothing twice. */
  readonly has = { media: false, transcript: false, guidelines: false };

  constructor(
    readonly number: number,
    public name: string,
    readonly source: File | URL,
  ) {}

  get file(): File | null {
    return this.source instanceof File ? this.source : null;
  }

  get size(): number {
    return this.file?.size ?? 0;
  }

  get secondsLeft(): number | null {
    return this.speed > 0 ? (this.size - this.sent) / this.speed : null;
  }

  /** Whether something is under way that leaving the page would interrupt. */
  get isActive(): boolean {
    return ["waiting", "preparing", "uploading", "offline", "ordering"].includes(this.step);
  }

  /** Whether the order button is about it. */
  get isToBeOrdered(): boolean {
    return this.step === "chosen" || this.step === "failed" || this.step === "paused";
  }
}

const MEDIA_ENDINGS = new Set(
  (
    "3gp aac ac3 aif aiff amr avi caf dv eac3 f4v flac flv gsm m2ts m4a m4b m4v mka mkv mov mp2 mp3 mp4 mpeg " +
    "mpg mts mxf oga ogg ogv opus ts vob wav weba webm wma wmv"
  ).split(" "),
);
const TRANSCRIPT_ENDINGS = new Set(["txt", "srt", "vtt", "dfxp", "ttml"]);

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}

/** The name of a file without its last ending. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

export function isMedia(file: File): boolean {
  return file.size > 0 && (/^(audio|video)\//.test(file.type) || MEDIA_ENDINGS.has(endingOf(file.name)));
}

export function isTable(file: File): boolean {
  return file.size > 0 && endingOf(file.name) === "csv";
}

export function isTranscript(file: File): boolean {
  return file.size > 0 && TRANSCRIPT_ENDINGS.has(endingOf(file.name));
}
