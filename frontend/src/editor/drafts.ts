/** What is typed and not saved yet, and what can be undone, kept encrypted in the browser. */

import { SealedStore } from "../frame/sealed";
import type { EditorDocument } from "./document";
import type { Change } from "./model/changes";
import { textOf, type Speaker } from "./model/elementlist";
import type { Step } from "./model/history";
import { foundByText, movedIds, movedThrough, type Conflict, type SavedChanges } from "./model/merging";
import { RowIds } from "./model/rows";
import type { Save } from "./service";

const FORMAT = 1;
const HISTORY_MS = 1_500;

/** What was not saved when it was written. */
export interface Draft {
  readonly format: number;
  readonly version: string;
  readonly changes: readonly Change[];
  readonly speakers: readonly Speaker[];
  /** A save that was sent and not answered yet. */
  readonly save: Save | null;
}

export interface KeptHistory {
  readonly format: number;
  readonly version: string;
  readonly ids: readonly number[];
  readonly steps: readonly Step[];
}

export class Drafts {
  private isWriting = false;
  private next: (() => Draft | null) | null = null;
  private timer = 0;
  private isStopped = false;
  /** Whether all that was typed is written down. */
  isSafe = true;

  private constructor(
    private readonly store: SealedStore,
    private readonly job: string,
    private readonly told: () => void,
  ) {}

  /** Returns null where there are none: by a setting, or because this browser cannot. */
  static async open(key: string | null, job: string, told: () => void): Promise<Drafts | null> {
    const store = key === null ? null : await SealedStore.open(key);
    return store && new Drafts(store, job, told);
  }

  async read(): Promise<Draft | null> {
    const found = (await this.store.get(`draft:${this.job}`)) as Draft | undefined;
    return found?.format === FORMAT ? found : null;
  }

  async readHistory(): Promise<KeptHistory | null> {
    const found = (await this.store.get(`history:${this.job}`)) as KeptHistory | undefined;
    return found?.format === FORMAT ? found : null;
  }

  /** Writes down what is not saved, as soon as the last write is done. */
  keep(document: EditorDocument, save: Save | null): void {
    this.isSafe = false;
    this.next = (): Draft | null => {
      const [changes, speakers] = [document.pendingChanges(), document.pendingSpeakers()];
      if (!changes.length && !speakers.length) return null;
      return { format: FORMAT, version: document.version, changes, speakers, save };
    };
    if (!this.isWriting) void this.write();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keepHistory(document), HISTORY_MS);
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    try {
      while (this.next && !this.isStopped) {
        const draft = this.next();
        this.next = null;
        if (draft) await this.store.put(`draft:${this.job}`, draft);
        else await this.store.remove(`draft:${this.job}`);
      }
      this.isSafe = true;
    } catch {
      this.next = null; // the browser's storage is full or was erased: the page still asks before it is left
    }
    this.isWriting = false;
    this.told();
  }

  private async keepHistory(document: EditorDocument): Promise<void> {
    if (this.isStopped) return;
    const kept: KeptHistory = {
      format: FORMAT,
      version: document.version,
      ids: document.savedIds,
      steps: document.history.all,
    };
    try {
      await this.store.put(`history:${this.job}`, kept);
    } catch {
      // Undo begins anew after a reload.
    }
  }

  /** Erases everything about the job: it was published, or given back. */
  async end(): Promise<void> {
    this.isStopped = true;
    window.clearTimeout(this.timer);
    await this.store.remove(`draft:${this.job}`).catch(() => undefined);
    await this.store.remove(`history:${this.job}`).catch(() => undefined);
  }
}

/** Returns the identity of the segments in a later version than the one that was kept. */
export function idsAfter(kept: KeptHistory, saves: readonly SavedChanges[]): number[] {
  const fresh = new RowIds();
  for (const id of kept.ids) fresh.avoid(id);
  for (const { edit } of kept.steps) {
    for (const { before, after } of edit.exchanges)
      for (const row of [...before, ...after]) fresh.avoid(row.id);
  }
  return movedIds(kept.ids, saves, fresh);
}

/**
 * Puts a draft into a later version: where it belongs, and asking where somebody has edited the same. `saves` is what
 * happened since, null where nobody knows that; `own` the version that a save of the draft itself has made.
 */
export function putIn(
  document: EditorDocument,
  draft: Draft,
  saves: readonly SavedChanges[] | null,
  own: string,
): void {
  const marked = saves?.map((save) => ({ ...save, isOwn: save.version === own }));
  const texts = marked ? [] : document.script.rows.map((row) => textOf(row.segment));
  const conflicts: Conflict[] = [];
  const changes: Change[] = [];
  let end = 0;
  for (const each of draft.changes) {
    const { change, username } = marked ? movedThrough(each, marked) : foundByText(each, texts);
    // Two that have come to the same place stay one after the other.
    const first = Math.max(change.first, end);
    const moved = { ...change, first, removed: Math.max(0, change.first + change.removed - first) };
    end = first + moved.removed;
    changes.push(moved);
    if (username !== null) {
      const theirs = document.rowsAt(moved.first, moved.removed);
      conflicts.push({ mine: change.rows.map((row) => row.id), theirs, username });
    }
  }
  document.putIn(changes, draft.speakers, conflicts);
}
