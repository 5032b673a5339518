/** The browser's own voice, where the server has none: it speaks each text of a description at its time. */

import { textAt, type DescriptionTexts } from "./description";

/** A text that began longer ago is not begun any more, in ms. */
const LATEST_MS = 1_500;
const PATIENCE_MS = 4_000;
const HARMLESS = ["canceled", "interrupted"];

export class BrowserVoice {
  /**
   * Returns what speaks a language without sending it elsewhere; undefined where there is nothing, or nothing yet: the
   * browser tells of voices by `voiceschanged`.
   */
  static voiceOf(language: string): SpeechSynthesisVoice | undefined {
    if (!("speechSynthesis" in window)) return undefined;
    const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";
    const fitting = speechSynthesis
      .getVoices()
      .filter((each) => each.localService && base(each.lang) === base(language));
    return fitting.find((each) => each.default) ?? fitting[0];
  }

  /** The text that was begun last; -1: none since the last jump. */
  private said = -1;
  private saying: SpeechSynthesisUtterance | null = null;
  private timer = 0;
  private readonly silencing = new AbortController();

  constructor(
    readonly texts: DescriptionTexts,
    private readonly failed: () => void,
  ) {
    window.addEventListener("pagehide", () => this.silence(), { signal: this.silencing.signal });
  }

  get isSpeaking(): boolean {
    return this.saying !== null;
  }

  /** Speaks what begins now. Called with each event and frame of the recording. */
  follow(video: HTMLVideoElement, volume: number): void {
    if (video.ended) return; // what is being said is said to its end
    if (video.paused || video.seeking) {
      this.silence();
      if (video.seeking) this.said = -1;
      return;
    }
    const time = video.currentTime * 1000;
    const index = textAt(this.texts.texts, time);
    const found = this.texts.texts[index];
    if (
      !found ||
      index === this.said ||
      time - found.start_ms > Math.max(LATEST_MS, found.end_ms - found.start_ms)
    )
      return;
    this.silence();
    this.said = index;
    this.say(found.text, volume, video.playbackRate);
  }

  private say(text: string, volume: number, rate: number): void {
    const made = new SpeechSynthesisUtterance(text);
    made.lang = this.texts.language;
    made.voice = BrowserVoice.voiceOf(this.texts.language) ?? null;
    made.volume = volume;
    made.rate = rate;
    made.onstart = () => window.clearTimeout(this.timer);
    made.onend = () => this.end(made);
    made.onerror = (event) => {
      this.end(made);
      if (!HARMLESS.includes(event.error)) this.failed();
    };
    this.saying = made;
    this.timer = window.setTimeout(this.failed, PATIENCE_MS);
    speechSynthesis.speak(made);
  }

  private end(utterance: SpeechSynthesisUtterance): void {
    if (this.saying !== utterance) return;
    window.clearTimeout(this.timer);
    this.saying = null;
  }

  /** What was not said to its end is said again where the recording goes on there. */
  private silence(): void {
    window.clearTimeout(this.timer);
    if (!this.saying) return;
    this.said = -1;
    this.saying = null;
    speechSynthesis.cancel();
  }

  stop(): void {
    this.silencing.abort();
    this.silence();
  }
}
