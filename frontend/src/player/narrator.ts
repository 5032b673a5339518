/**
 * Who describes the picture while a recording plays: the server's voice where it has one for the language, else the
 * browser's, else nobody, and the text is shown.
 */

import { BrowserVoice } from "./browser-voice";
import { textAt, type DescriptionTexts, type MediaDescription } from "./description";
import type { Habits } from "./habits";
import { readDescription } from "./media";
import { SpokenTrack } from "./spoken-track";

/** How loud the recording is while somebody describes it, beside what it is else. */
const TURNED_DOWN = 0.25;
/** How long turning down takes, in ms, and how much earlier it begins. */
const TURNING_MS = 200;
const EVENTS = [
  ...["play", "playing", "pause", "waiting", "seeking", "seeked", "ratechange", "ended", "timeupdate"],
  ...["loadedmetadata", "emptied"],
];

export type Way = "sound" | "voice" | "text";

export interface Narrated {
  /** null: nothing is described. */
  readonly way: Way | null;
  /** What is shown over the picture; empty between texts, and where somebody speaks. */
  readonly shown: string;
  readonly language: string;
  /** Whether there are no texts, because they could not be read. */
  readonly isLost: boolean;
}

export interface NarratorEvents {
  /** Something is described in another way, or another text is shown. */
  readonly changed: () => void;
  readonly read: (texts: DescriptionTexts | null) => void;
}

export class Narrator {
  /** What the person wants; known before anything is rendered. */
  habits: Habits | null = null;
  private texts: DescriptionTexts | null = null;
  private description: MediaDescription | null = null;
  private wanted = "";
  private isLost = false;
  /** The ways that have failed. */
  private readonly failed = new Set<Way>();
  private video: HTMLVideoElement | null = null;
  private listening = new AbortController();
  private track: SpokenTrack | null = null;
  private voice: BrowserVoice | null = null;
  private shown = -1;
  /** The part of its volume that the recording has now, and since when. */
  private level = 1;
  private leveled = 0;

  constructor(
    private readonly player: HTMLElement,
    private readonly events: NarratorEvents,
  ) {}

  get narrated(): Narrated {
    return {
      way: this.way,
      shown: this.texts?.texts[this.shown]?.text ?? "",
      language: this.texts?.language ?? "",
      isLost: this.isLost,
    };
  }

  private get way(): Way | null {
    const { description, texts } = this;
    if (!description || !this.habits?.describes) return null;
    if (description.spoken && !this.failed.has("sound")) return "sound";
    const hasVoice = texts !== null && BrowserVoice.voiceOf(texts.language) !== undefined;
    return hasVoice && !this.failed.has("voice") ? "voice" : "text";
  }

  /** Takes what the server says of the description, and reads its texts where they are others. */
  async read(job: string, description: MediaDescription | null): Promise<void> {
    this.description = description;
    const wanted = description ? `${job} ${description.version}` : "";
    if (wanted === this.wanted && !this.isLost) return;
    this.wanted = wanted;
    this.isLost = false;
    this.failed.clear();
    const texts = description ? await readDescription(job).catch(() => null) : null;
    if (wanted !== this.wanted) return;
    this.isLost = texts === null && description !== null;
    this.texts = texts;
    this.events.read(texts);
    this.events.changed();
  }

  /** Tries again what has failed. */
  retry(job: string): void {
    this.failed.clear();
    void this.read(job, this.description);
  }

  /** Describes the picture of this element. Called when it, or what the person wants, may be another. */
  follow(video: HTMLVideoElement | null): void {
    if (video !== this.video) this.attach(video);
    const { way } = this;
    const source = way === "sound" && video ? (this.description?.spoken ?? null) : null;
    if (this.track && this.track.source.url !== source?.url) {
      this.track.stop();
      this.track = null;
    }
    if (source) this.track ??= new SpokenTrack(source, this.player, () => this.fail("sound"));
    if (this.voice && (way !== "voice" || this.voice.texts !== this.texts)) {
      this.voice.stop();
      this.voice = null;
    }
    if (way === "voice" && this.texts) this.voice ??= new BrowserVoice(this.texts, () => this.fail("voice"));
    this.tick();
  }

  private attach(video: HTMLVideoElement | null): void {
    this.listening.abort();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.video = video;
    for (const name of EVENTS) video?.addEventListener(name, () => this.tick(), { signal });
    if ("speechSynthesis" in window) {
      speechSynthesis.addEventListener("voiceschanged", () => this.events.changed(), { signal });
    }
  }

  private fail(way: Way): void {
    this.failed.add(way);
    this.events.changed();
  }

  /** Does what the moment asks for. Called with each event and frame of the recording. */
  tick(): void {
    const { video, habits, track, voice } = this;
    if (!video || !habits) return;
    track?.setVolume(habits.volume, habits.isMuted);
    track?.follow(video);
    voice?.follow(video, habits.isMuted ? 0 : habits.volume);
    this.turnDown(video, habits.volume);
    const shown = this.way === "text" ? textAt(this.texts?.texts ?? [], video.currentTime * 1000) : -1;
    if (shown === this.shown) return;
    this.shown = shown;
    this.events.changed();
  }

  /** Turns the recording down while somebody describes it, and up again. */
  private turnDown(video: HTMLVideoElement, volume: number): void {
    const now = performance.now();
    const isDescribed =
      this.track?.speaksAt(video.currentTime, TURNING_MS * video.playbackRate) ??
      this.voice?.isSpeaking ??
      false;
    const step = (now - this.leveled) / TURNING_MS;
    const wanted = isDescribed ? TURNED_DOWN : 1;
    this.leveled = now;
    this.level = Math.min(Math.max(wanted, this.level - step), this.level + step);
    if (Math.abs(video.volume - volume * this.level) > 0.001) video.volume = volume * this.level;
  }

  stop(): void {
    this.attach(null);
    this.track?.stop();
    this.voice?.stop();
    this.track = this.voice = null;
  }
}
