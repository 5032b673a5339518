/** The recording as it is played: what the server offers of it, and how an editor listens. */

import type { Media } from "../player/media";

export const SPEEDS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;
const BACK_S = 1.5;

/** Plays the recording of an element. */
export class Recording {
  readonly element = document.createElement("video");
  private isResuming = false;
  private span: { readonly from: number; readonly to: number } | null = null;
  private frame = 0;

  constructor(private readonly told: () => void) {
    this.element.className = "edit-video";
    this.element.preload = "metadata";
    this.element.playsInline = true;
    this.element.tabIndex = -1;
    for (const event of ["play", "pause", "seeked", "ratechange", "loadedmetadata", "error"]) {
      this.element.addEventListener(event, () => this.look());
    }
  }

  /** Loads what can be played now; where something better has been made, it goes on at the same time. */
  load(media: Media): void {
    const url = media.source ? new URL(media.source.url, location.href).href : "";
    if (!url || this.element.src === url) return;
    const { time, isPlaying } = this;
    this.element.src = url;
    this.element.currentTime = time / 1000;
    if (isPlaying) void this.element.play().catch(() => undefined);
  }

  get isPlaying(): boolean {
    return !this.element.paused;
  }

  /** Where the recording is, in ms. */
  get time(): number {
    return this.element.currentTime * 1000;
  }

  get isLooping(): boolean {
    return this.span !== null;
  }

  /** What is played again and again. */
  get looped(): { readonly from: number; readonly to: number } | null {
    return this.span;
  }

  private look(): void {
    cancelAnimationFrame(this.frame);
    if (this.span && this.time >= this.span.to) this.element.currentTime = this.span.from / 1000;
    this.told();
    if (this.isPlaying) this.frame = requestAnimationFrame(() => this.look());
  }

  /** Plays or pauses; after a pause it goes on a little before, to hear what was being said. */
  toggle(): void {
    if (this.isPlaying) {
      this.element.pause();
      this.isResuming = true;
      return;
    }
    if (this.isResuming && !this.span) this.skip(-BACK_S);
    void this.element.play().catch(() => undefined);
  }

  /** Goes on or back, in seconds. */
  skip(seconds: number): void {
    this.element.currentTime = Math.max(0, this.element.currentTime + seconds);
    this.told();
  }

  seek(ms: number): void {
    this.isResuming = false;
    this.element.currentTime = Math.max(0, ms / 1000);
    this.told();
  }

  /** Plays from a time on. */
  playFrom(ms: number): void {
    this.seek(ms);
    void this.element.play().catch(() => undefined);
  }

  get speed(): number {
    return this.element.playbackRate;
  }

  /** Sets the speed, with the pitch kept, also for what is loaded later. */
  set speed(speed: number) {
    this.element.playbackRate = speed;
    this.element.defaultPlaybackRate = speed;
  }

  /** The next slower (-1) or faster (1) speed. */
  change(by: 1 | -1): void {
    const faster = SPEEDS.find((each) => each > this.speed + 0.001);
    const slower = SPEEDS.findLast((each) => each < this.speed - 0.001);
    this.speed = (by > 0 ? faster : slower) ?? this.speed;
  }

  /** Plays a span again and again; null: no longer. */
  loop(span: { readonly from: number; readonly to: number } | null): void {
    this.span = span;
    if (span) this.playFrom(span.from);
    this.told();
  }

  /** Plays on where it would begin again, or stays where it is. */
  endLoop(): void {
    this.span = null;
    this.told();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.element.pause();
  }
}
