/** The stretches that somebody has listened to again: asked for, waited for, and kept until they are decided on. */

import { CallError } from "../frame/calls";
import type { Stretch } from "./model/stretches";
import { isConflict, type EditorService, type HeardStretch } from "./service";

const LOOK_MS = 1_500;
const AFTER_FAILURE_MS = 8_000;

export class Listening {
  all: readonly HeardStretch[] = [];
  private timer = 0;
  private isStopped = false;

  /** `ended` is called with a stretch that has been recognized, or could not be. */
  constructor(
    private readonly service: EditorService,
    private readonly changed: () => void,
    private readonly ended: (heard: HeardStretch) => void,
  ) {
    document.addEventListener("visibilitychange", this.onVisible);
  }

  stop(): void {
    this.isStopped = true;
    window.clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  private readonly onVisible = (): void => {
    if (document.visibilityState === "visible" && this.running.length) this.lookAfter(0);
  };

  get running(): readonly HeardStretch[] {
    return this.all.filter(({ status }) => status === "QUEUED" || status === "INPROGRESS");
  }

  /** Finds what was asked for before the page was loaded. */
  async open(): Promise<void> {
    try {
      const found = await this.service.recognized();
      this.set(found.filter(({ status }) => status !== "ABORTED"));
    } catch (error) {
      if (!isConflict(error) && !this.isStopped)
        this.timer = window.setTimeout(() => void this.open(), AFTER_FAILURE_MS);
      return;
    }
    if (this.running.length) this.lookAfter(LOOK_MS);
  }

  /** Has a stretch listened to again. Throws as the call does. */
  async begin(stretch: Stretch, language: string): Promise<void> {
    const task_id = await this.service.recognize(stretch, language);
    const asked = {
      ...stretch,
      task_id,
      language,
      status: "QUEUED",
      problem: "",
      notice: "",
      segments: [],
    } as const;
    this.put(asked);
    this.lookAfter(LOOK_MS);
  }

  /** Takes a stretch away that is decided on, or stops it. */
  async forget(heard: HeardStretch): Promise<void> {
    this.set(this.all.filter((each) => each.task_id !== heard.task_id));
    try {
      await this.service.forgetRecognized(heard.task_id);
    } catch (error) {
      // Otherwise it is gone already, or goes with the pass.
      if (!(error instanceof CallError)) this.put(heard);
    }
  }

  private set(all: readonly HeardStretch[]): void {
    this.all = all;
    this.changed();
  }

  private put(heard: HeardStretch): void {
    const others = this.all.filter((each) => each.task_id !== heard.task_id);
    this.set([...others, heard].sort((one, other) => one.start - other.start));
  }

  private lookAfter(delay: number): void {
    window.clearTimeout(this.timer);
    if (!this.isStopped) this.timer = window.setTimeout(() => void this.look(), delay);
  }

  private async look(): Promise<void> {
    let delay = LOOK_MS;
    try {
      if (document.visibilityState === "visible") for (const each of this.running) await this.lookFor(each);
    } catch (error) {
      if (isConflict(error)) {
        this.set([]); // the pass is over, and what was recognized in it with it
        return;
      }
      delay = AFTER_FAILURE_MS;
    }
    if (this.running.length) this.lookAfter(delay);
  }

  private async lookFor({ task_id }: HeardStretch): Promise<void> {
    const [found] = await this.service.recognized(task_id);
    const known = this.all.find((each) => each.task_id === task_id);
    if (!known) return; // it was forgotten meanwhile
    if (!found || found.status === "ABORTED") this.set(this.all.filter((each) => each !== known));
    else if (found.status !== known.status) {
      this.put(found);
      if (found.status === "COMPLETE" || found.status === "FAILED") this.ended(found);
    }
  }
}
