import { html, type PropertyValues, type TemplateResult } from "lit";

import { reasonOf } from "../frame/problems";
import { text } from "../frame/texts";
import { PageElement } from "../parts/element";
import { applyAppearance, rememberedAppearance } from "./appearance";
import { chooseAppearance } from "./appearance-dialog";
import { controlBar, RATES, showPosition, type Actions } from "./bar";
import { describedNote } from "./described";
import { rememberedHabits, rememberHabits, type Habits } from "./habits";
import { actionOfKey } from "./keys";
import { isAwaited, isGone, readMedia, type Media } from "./media";
import { Narrator } from "./narrator";
import { playerStage, type StageEvents } from "./stage";

const PREPARING_MS = 5_000;

/**
 * Plays a job's recording, with captions.
 *
 * Set `job`, `label`, and `captions` (a WebVTT file) with `language`; call `reload` when the server says that the
 * recording has changed. Times are milliseconds. Dispatches `playertime` with the position, with every frame while it
 * plays and after every jump; `playerstate` when it starts, stops or changes its speed; `playermedia` with what the
 * server says of the recording, null where there is none; `playerdescription` with the texts that describe its picture.
 */
export class Player extends PageElement {
  static override properties = {
    job: { type: String },
    label: { type: String },
    captions: { type: String },
    language: { type: String },
    media: { attribute: false },
    problem: { state: true },
  };

  declare job: string;
  declare label: string;
  declare captions: string;
  declare language: string;
  /** What the server says of the recording; asked for where it is not given, and null where there is none. */
  declare media: Media | null | undefined;
  declare private problem: string;

  private habits = rememberedHabits();
  private readonly narrator = new Narrator(this, {
    changed: () => this.requestUpdate(),
    read: (detail) => this.dispatchEvent(new CustomEvent("playerdescription", { detail })),
  });
  private captionsUrl = "";
  private frame = 0;
  private timer = 0;
  /** Where to go on once the source has loaded, in seconds. */
  private resume: { readonly at: number; readonly plays: boolean } | null = null;

  constructor() {
    super();
    this.job = "";
    this.label = "";
    this.captions = "";
    this.language = "";
    this.problem = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    applyAppearance(rememberedAppearance());
    document.addEventListener("fullscreenchange", this.onFullScreen);
    this.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("fullscreenchange", this.onFullScreen);
    this.removeEventListener("keydown", this.onKey);
    window.clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.narrator.stop();
    URL.revokeObjectURL(this.captionsUrl);
  }

  private get video(): HTMLVideoElement | null {
    return this.querySelector("video");
  }

  /** The position. */
  get time(): number {
    return Math.round((this.resume?.at ?? this.video?.currentTime ?? 0) * 1000);
  }

  /** The length; 0 while it is not known. */
  get duration(): number {
    const known = this.video?.duration ?? NaN;
    return Number.isFinite(known) ? Math.round(known * 1000) : (this.media?.duration_ms ?? 0);
  }

  get isPlaying(): boolean {
    const { video } = this;
    return video !== null && !video.paused && !video.ended;
  }

  get rate(): number {
    return this.habits.rate;
  }

  set rate(rate: number) {
    this.keep({ rate: Math.min(Math.max(rate, RATES[0] ?? rate), RATES.at(-1) ?? rate) });
    this.dispatchEvent(new CustomEvent("playerstate"));
  }

  play(): void {
    void this.video?.play().catch(() => undefined); // the element says why, by its own events
  }

  pause(): void {
    this.video?.pause();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Goes to a position. */
  seek(milliseconds: number): void {
    const { video } = this;
    const at = Math.min(Math.max(milliseconds, 0), this.duration || Infinity) / 1000;
    if (!video || video.readyState === HTMLMediaElement.HAVE_NOTHING) {
      this.resume = { at, plays: this.resume?.plays ?? false };
    } else {
      video.currentTime = at;
    }
    this.tell();
  }

  /** Asks the server again what can be played. */
  async reload(isBackground = true): Promise<void> {
    window.clearTimeout(this.timer);
    try {
      const media = await readMedia(this.job, isBackground);
      const isAnother = media.source?.url !== this.media?.source?.url;
      if (isAnother && this.video) this.resume = { at: this.time / 1000, plays: this.isPlaying };
      if (isAnother || !isBackground) this.problem = "";
      this.media = media;
      if (isAwaited(media)) this.timer = window.setTimeout(() => void this.reload(), PREPARING_MS);
    } catch (error) {
      if (isGone(error)) this.media = null;
      else if (!isBackground || this.media === undefined) this.problem = reasonOf(error);
    }
    this.dispatchEvent(new CustomEvent("playermedia", { detail: this.media ?? null }));
  }

  protected override willUpdate(changed: PropertyValues): void {
    this.narrator.habits = this.habits;
    if (changed.has("job") && this.job) {
      if (!changed.has("media")) this.media = undefined;
      if (this.media === undefined || (this.media && isAwaited(this.media))) void this.reload();
    }
    if (changed.has("media") && this.media !== undefined) {
      void this.narrator.read(this.job, this.media?.description ?? null);
    }
    if (changed.has("captions")) {
      URL.revokeObjectURL(this.captionsUrl);
      this.captionsUrl = this.captions
        ? URL.createObjectURL(new Blob([this.captions], { type: "text/vtt" }))
        : "";
    }
  }

  protected override updated(): void {
    const { video, habits } = this;
    showPosition(this, this.time / 1000, this.duration / 1000);
    this.narrator.follow(video);
    if (!video) return;
    video.playbackRate = habits.rate;
    video.defaultPlaybackRate = habits.rate;
    video.muted = habits.isMuted;
    for (const track of video.textTracks) track.mode = habits.showsCaptions ? "showing" : "disabled";
  }

  private keep(changed: Partial<Habits>): void {
    this.habits = { ...this.habits, ...changed };
    rememberHabits(this.habits);
    this.requestUpdate();
  }

  private tell(): void {
    showPosition(this, this.time / 1000, this.duration / 1000);
    this.narrator.tick();
    this.dispatchEvent(new CustomEvent("playertime", { detail: this.time }));
  }

  private readonly onState = (): void => {
    cancelAnimationFrame(this.frame);
    const follow = (): void => {
      this.tell();
      if (this.isPlaying) this.frame = requestAnimationFrame(follow);
    };
    follow();
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("playerstate"));
  };

  private readonly onLoaded = (): void => {
    const { resume, video } = this;
    this.resume = null;
    if (resume && video) {
      video.currentTime = resume.at;
      if (resume.plays) this.play();
    }
    this.requestUpdate();
    this.tell();
  };

  private readonly onError = (): void => {
    const isLost = this.video?.error?.code === MediaError.MEDIA_ERR_NETWORK;
    this.resume = { at: this.time / 1000, plays: false };
    this.problem = text(isLost ? "player.lost" : "player.unplayable");
  };

  private readonly onFullScreen = (): void => this.requestUpdate();

  private get isFullScreen(): boolean {
    return document.fullscreenElement !== null && this.contains(document.fullscreenElement);
  }

  private readonly actions: Actions = {
    toggle: () => this.toggle(),
    skip: (seconds) => this.seek(this.time + seconds * 1000),
    seek: (seconds) => this.seek(seconds * 1000),
    toggleCaptions: () => this.keep({ showsCaptions: !this.habits.showsCaptions }),
    toggleDescription: () => {
      if (!this.media?.description) return;
      this.keep({ describes: !this.habits.describes });
      this.narrator.retry(this.job);
    },
    choose: chooseAppearance,
    setRate: (rate) => {
      this.rate = rate;
    },
    setVolume: (volume) => this.keep({ volume, isMuted: volume === 0 }),
    toggleMute: () => this.keep({ isMuted: !this.habits.isMuted, volume: this.habits.volume || 0.5 }),
    toggleFullScreen: () => {
      if (this.isFullScreen) void document.exitFullscreen();
      else void this.querySelector(".player")?.requestFullscreen();
    },
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const action = actionOfKey(event, this.actions, this.duration / 1000);
    if (!action) return;
    event.preventDefault();
    action();
  };

  private readonly events: StageEvents = {
    toggle: () => this.toggle(),
    loaded: this.onLoaded,
    lengthened: () => this.requestUpdate(),
    state: this.onState,
    seeked: () => this.tell(),
    failed: this.onError,
    retry: () => {
      this.problem = "";
      this.video?.load();
      void this.reload(false);
    },
  };

  protected override render(): TemplateResult {
    const { media, habits, narrator } = this;
    return html`<div class="player">
      ${playerStage(
        {
          media,
          problem: this.problem,
          label: this.label,
          captionsUrl: this.captionsUrl,
          language: this.language,
          narrated: narrator.narrated,
        },
        this.events,
      )}
      ${controlBar(
        {
          ...habits,
          isReady: Boolean(media?.source) && !this.problem,
          isPlaying: this.isPlaying,
          hasCaptions: this.captionsUrl !== "",
          hasDescription: media?.description != null,
          isFullScreen: this.isFullScreen,
          duration: this.duration / 1000,
        },
        this.actions,
      )}
      ${describedNote(narrator.narrated, media?.description ?? null)}
    </div>`;
  }
}

customElements.define("scribedock-player", Player);
