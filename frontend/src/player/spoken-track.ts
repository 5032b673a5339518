/** The server's voice that describes the picture: a track of its own, kept where the recording is. */

import type { SpokenDescription } from "./description";

/** Seconds. Up to this they are drawn together by a slightly other speed, and from there on by a jump. */
const FAR = 0.08;
const NEAR = 0.012;
const LARGEST_CHANGE = 0.08;
const CHANGE_STEP = 0.02;
/** How often a jump may follow another, in ms: each takes a moment until it is heard. */
const BETWEEN_JUMPS_MS = 400;
const LONGEST_LEAD = 0.5;

export class SpokenTrack {
  private readonly element = document.createElement("audio");
  /** How far ahead it must jump while the recording plays, in seconds: what jumping takes, as it was found to be. */
  private lead = 0.03;
  private jumped = -Infinity;
  private isLearning = false;

  constructor(
    readonly source: SpokenDescription,
    parent: HTMLElement,
    private readonly failed: () => void,
  ) {
    this.element.preload = "auto";
    this.element.src = source.url;
    this.element.addEventListener("error", failed);
    parent.append(this.element);
  }

  /** Whether somebody is heard in it at a time of the recording, in seconds, or will be at once. */
  speaksAt(time: number, before = 0, after = 0): boolean {
    const at = time * 1000;
    return this.source.spans_ms.some(([from, to]) => from - before <= at && at < to + after);
  }

  setVolume(volume: number, isMuted: boolean): void {
    this.element.volume = volume;
    this.element.muted = isMuted;
  }

  /** Goes where the recording is, as fast as it does. Called with each of its events and frames. */
  follow(video: HTMLVideoElement): void {
    const { element } = this;
    if (element.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    if (video.ended) {
      // What is being said is said to its end.
      if (!this.speaksAt(element.currentTime)) element.pause();
      return;
    }
    // A description may be shorter than its recording; what has ended would begin anew.
    if (element.ended && video.currentTime > element.currentTime - FAR) return;
    const isMoving = !video.paused && !video.seeking && video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA;
    if (!isMoving || video.currentTime >= element.duration) {
      element.pause();
      if (!video.seeking && Math.abs(element.currentTime - video.currentTime) > NEAR) this.jump(video, 0);
      return;
    }
    if (element.paused) this.start(video);
    // While it waits for the network, each jump would ask for another part.
    else if (!element.seeking && element.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) this.draw(video);
  }

  private start(video: HTMLVideoElement): void {
    if (Math.abs(driftOf(this.element, video)) > NEAR) this.jump(video, this.lead);
    this.element.playbackRate = video.playbackRate;
    this.element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") return; // paused meanwhile
      this.failed();
    });
  }

  /** Draws the track to where the recording is, so that nobody hears it. */
  private draw(video: HTMLVideoElement): void {
    const { element } = this;
    const drift = driftOf(element, video);
    const since = performance.now() - this.jumped;
    if (this.isLearning && since > BETWEEN_JUMPS_MS / 2) {
      this.lead = Math.min(Math.max(this.lead - drift / video.playbackRate, 0), LONGEST_LEAD);
      this.isLearning = false;
    }
    if (Math.abs(drift) > FAR && since > BETWEEN_JUMPS_MS) {
      this.jump(video, this.lead);
      return;
    }
    const wanted =
      Math.abs(drift) < NEAR ? 0 : Math.min(Math.max(-drift * 2, -LARGEST_CHANGE), LARGEST_CHANGE);
    const change = Math.round(wanted / CHANGE_STEP) * CHANGE_STEP;
    const rate = video.playbackRate * (1 + change);
    if (Math.abs(element.playbackRate - rate) > 0.001) element.playbackRate = rate;
  }

  private jump(video: HTMLVideoElement, lead: number): void {
    this.element.currentTime = video.currentTime + lead * video.playbackRate;
    this.jumped = performance.now();
    this.isLearning = lead > 0;
  }

  stop(): void {
    this.element.removeEventListener("error", this.failed);
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load();
    this.element.remove();
  }
}

function driftOf(element: HTMLAudioElement, video: HTMLVideoElement): number {
  return element.currentTime - video.currentTime;
}
