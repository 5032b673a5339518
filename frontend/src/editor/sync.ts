/** Saves what is edited while somebody types, and brings in what others save. */

import { CallError, SignedOut, Unreachable } from "../frame/calls";
import { reasonOf } from "../frame/problems";
import type { EditorDocument } from "./document";
import type { Drafts } from "./drafts";
import { isConflict, newSaveId, type EditorService, type Save } from "./service";

/** What becomes of what was typed. */
export type SaveState =
  | "saved"
  | "unsaved"
  | "saving"
  | "unreachable" // tried again by itself
  | "failing" // the server has a problem: tried again by itself
  | "refused" // nothing more is tried until something is edited
  | "signedOut"
  | "ended"; // the pass was given back, approved or taken by somebody else

const TYPING_MS = 1_200;
const LONGEST_MS = 6_000;
const FIRST_WAIT_MS = 1_500;
const LONGEST_WAIT_MS = 20_000;
const LOOK_MS = 12_000;
const ALIGNING_LOOK_MS = 2_500;
const ALIGNING_MS = 90_000;
const SETTLED_MS = 4_000;

export class Sync {
  state: SaveState = "saved";
  reason = "";
  private timer = 0;
  private lookTimer = 0;
  private since = 0;
  private wait = FIRST_WAIT_MS;
  private isBusy = false;
  private isStopped = false;
  private save: Save | null = null;
  private edited = 0;
  private toAlign = new Set<number>();
  private aligningUntil = 0;

  constructor(
    private readonly document: EditorDocument,
    private readonly service: EditorService,
    private readonly drafts: Drafts | null,
    private readonly told: () => void,
    private readonly focused: () => number | null,
  ) {
    window.addEventListener("online", this.onOnline);
    globalThis.document.addEventListener("visibilitychange", this.onVisible);
    this.lookLater();
  }

  stop(): void {
    this.isStopped = true;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.lookTimer);
    window.removeEventListener("online", this.onOnline);
    globalThis.document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** Whether the person may leave, since all is saved or will be there again. */
  get isSafe(): boolean {
    return this.state === "saved" || (this.state !== "ended" && this.drafts?.isSafe === true);
  }

  private readonly onOnline = (): void => {
    if (this.state === "unreachable") this.saveAfter(0);
  };

  private readonly onVisible = (): void => {
    if (globalThis.document.visibilityState === "visible") this.lookLater(0);
    else if (this.state === "unsaved") this.saveAfter(0);
  };

  /** Notes that something was edited; `row` has words that are to be aligned. */
  noteEdit(row: number | null): void {
    this.edited = Date.now();
    if (row !== null) this.toAlign.add(row);
    this.drafts?.keep(this.document, this.save);
    if (this.state === "signedOut" || this.state === "ended") {
      this.told();
      return;
    }
    if (this.state === "saved" || this.state === "refused") {
      this.since = Date.now();
      this.set("unsaved");
    }
    if (this.state === "unsaved") this.saveAfter(Math.min(TYPING_MS, this.since + LONGEST_MS - Date.now()));
    this.told();
  }

  /** Notes that the session has ended, which another call has found. */
  endSession(): void {
    if (this.state !== "ended") this.set("signedOut");
  }

  saveNow(): void {
    if (this.state !== "signedOut" && this.state !== "ended") this.saveAfter(0);
  }

  /** Resolves once all is saved; false where that fails, or somebody must choose first. */
  async saveAll(): Promise<boolean> {
    for (let round = 0; round < 200 && !this.document.isSaved; round += 1) {
      if (this.document.conflicts.length || (this.state !== "saving" && !(await this.saveOnce())))
        return false;
      if (this.isBusy) await new Promise((resolve) => window.setTimeout(resolve, 100));
    }
    return this.document.isSaved;
  }

  private saveAfter(delay: number): void {
    window.clearTimeout(this.timer);
    if (!this.isStopped) this.timer = window.setTimeout(() => void this.saveOnce(), Math.max(0, delay));
  }

  private set(state: SaveState, reason = ""): void {
    this.state = state;
    this.reason = reason;
    this.told();
  }

  /** Sends one save; returns whether the next may follow. */
  private async saveOnce(): Promise<boolean> {
    if (this.isBusy || this.isStopped) return true;
    this.save ??= this.document.nextSave(newSaveId());
    if (this.save === null) {
      this.set(this.document.isSaved ? "saved" : "unsaved");
      return false;
    }
    this.isBusy = true;
    this.set("saving");
    this.drafts?.keep(this.document, this.save);
    try {
      await this.send(this.save);
    } catch (error) {
      this.isBusy = false;
      this.fail(error);
      return false;
    }
    this.isBusy = false;
    this.wait = FIRST_WAIT_MS;
    this.since = Date.now();
    if (this.document.nextSave("")) {
      this.set("unsaved");
      this.saveAfter(TYPING_MS);
    } else {
      this.set(this.document.isSaved ? "saved" : "unsaved");
      this.lookLater(this.toAlign.size ? ALIGNING_LOOK_MS : LOOK_MS);
    }
    return true;
  }

  private async send(save: Save): Promise<void> {
    try {
      const saved = await this.service.save(save);
      if (saved.merged) {
        const all = await this.service.changesSince(save.base);
        this.document.wasSavedAmong(save, saved, all);
      } else {
        this.document.wasSaved(save, saved);
      }
      this.save = null;
    } catch (error) {
      if (!isConflict(error)) throw error;
      this.save = null; // it was not made, and will not be: others come first
      await this.bringIn();
    }
    this.drafts?.keep(this.document, null);
  }

  private fail(error: unknown): void {
    if (error instanceof SignedOut) {
      this.set("signedOut");
      return;
    }
    if (isConflict(error)) {
      this.set("ended", reasonOf(error));
      return;
    }
    const isPassing =
      error instanceof Unreachable || (error instanceof CallError && isTransient(error.status));
    if (!isPassing) {
      this.save = null;
      this.set("refused", reasonOf(error));
      return;
    }
    this.set(error instanceof Unreachable ? "unreachable" : "failing", reasonOf(error));
    this.saveAfter(this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** Brings in what others have saved since. Throws as the calls do; a conflict where the pass is over. */
  private async bringIn(): Promise<void> {
    const { version } = this.document;
    try {
      for (const each of await this.service.changesSince(version)) this.document.merge(each);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const list = await this.service.read(true);
      this.document.mergeWhole(list.elementlist, list.version, "");
    }
  }

  private lookLater(delay: number = LOOK_MS): void {
    window.clearTimeout(this.lookTimer);
    if (!this.isStopped) this.lookTimer = window.setTimeout(() => void this.look(), delay);
  }

  /** Looks for what others have saved, and has edited words aligned once nobody is at them. */
  private async look(): Promise<void> {
    const isCalm = this.state === "saved" || this.state === "unsaved";
    if (globalThis.document.visibilityState === "visible" && isCalm && !this.isBusy) {
      this.isBusy = true;
      try {
        await this.align();
        await this.bringIn();
      } catch (error) {
        if (error instanceof SignedOut) this.set("signedOut");
        else if (isConflict(error)) this.set("ended", reasonOf(error));
      }
      this.isBusy = false;
      if (this.document.nextSave("")) this.saveAfter(TYPING_MS);
      else if (this.document.isSaved && this.state === "unsaved") this.set("saved");
    }
    if (this.state === "ended" || this.state === "signedOut") return;
    this.lookLater(this.toAlign.size || Date.now() < this.aligningUntil ? ALIGNING_LOOK_MS : LOOK_MS);
  }

  private async align(): Promise<void> {
    if (!this.toAlign.size || !this.document.isSaved) return;
    const focused = this.focused();
    const isAtIt = focused !== null && this.toAlign.has(focused) && Date.now() - this.edited < SETTLED_MS;
    if (isAtIt) return;
    this.toAlign.clear();
    this.aligningUntil = Date.now() + ALIGNING_MS;
    try {
      await this.service.realign();
    } catch (error) {
      if (error instanceof SignedOut || isConflict(error)) throw error;
    }
  }
}

function isTransient(status: number): boolean {
  return status === 429 || status >= 500;
}
