/** The transcript that is edited: as it is here, as the server has it, and what can be undone. */

import { changesBetween, withChanges, type Change } from "./model/changes";
import type { ElementList, Segment, Speaker } from "./model/elementlist";
import { applied, History, type Step } from "./model/history";
import { merged, savedWhole, type Conflict, type SavedChanges } from "./model/merging";
import { NO_EDIT, RowIds, rowsOf, type Edit, type Row, type Script } from "./model/rows";
import type { Save, Saved } from "./service";

const MOST_CHANGES = 400;
const MOST_CHARACTERS = 2_500_000;

export class EditorDocument {
  script: Script;
  conflicts: readonly Conflict[] = [];
  history = new History();
  readonly ids: RowIds;
  /** Whether rows are those that they were before a reload. */
  private readonly areKnown: boolean;
  private base: readonly Row[];
  private savedSpeakers: readonly Speaker[];

  constructor(
    list: ElementList,
    { language, doubtBelow }: Pick<Script, "language" | "doubtBelow">,
    readonly changed: () => void,
    public version: string,
    ids?: readonly number[],
  ) {
    this.ids = new RowIds();
    for (const id of ids ?? []) this.ids.avoid(id);
    this.areKnown = ids?.length === list.segments.length;
    this.base =
      ids && this.areKnown
        ? list.segments.map((segment, place) => ({ id: ids[place] ?? this.ids.next(), segment }))
        : rowsOf(list.segments, this.ids);
    this.script = { rows: this.base, speakers: list.speakers, language, doubtBelow };
    this.savedSpeakers = list.speakers;
  }

  /** The identity of each segment of the version that the server has. */
  get savedIds(): number[] {
    return this.base.map((row) => row.id);
  }

  get isSaved(): boolean {
    return this.script.rows === this.base && this.script.speakers === this.savedSpeakers
      ? true
      : !this.pendingChanges().length && !this.pendingSpeakers().length;
  }

  make(edit: Edit, kind = ""): boolean {
    if (!edit.exchanges.length && !edit.speakers) return false;
    const found = applied(this.script, edit);
    if (!found) return false;
    this.history.record(edit, kind);
    this.script = found;
    this.changed();
    return true;
  }

  /** Returns what was done; null where somebody else has changed the same since. */
  undo(): Edit | null {
    return this.taken(
      this.history.canUndo ? this.history.undo(this.script) : { script: this.script, edit: NO_EDIT },
    );
  }

  redo(): Edit | null {
    return this.taken(
      this.history.canRedo ? this.history.redo(this.script) : { script: this.script, edit: NO_EDIT },
    );
  }

  private taken(found: { readonly script: Script; readonly edit: Edit } | null): Edit | null {
    if (!found) return null;
    this.script = found.script;
    this.changed();
    return found.edit;
  }

  pendingChanges(): Change[] {
    return changesBetween(this.base, this.script.rows);
  }

  pendingSpeakers(): Speaker[] {
    const known = new Map(this.savedSpeakers.map((speaker) => [speaker.id, speaker]));
    return this.script.speakers.filter((speaker) => {
      const saved = known.get(speaker.id);
      return saved?.name !== speaker.name || saved.gender !== speaker.gender;
    });
  }

  /** Returns what can be saved now: no rows of which somebody has to choose a text; null where there is nothing. */
  nextSave(id: string): Save | null {
    const disputed = new Set(
      this.conflicts.flatMap((each) => [...each.mine, ...each.theirs.map((row) => row.id)]),
    );
    const open = this.pendingChanges().filter((change) => {
      const replaced = this.base.slice(change.first, change.first + change.removed);
      return ![...replaced, ...change.rows].some((row) => disputed.has(row.id));
    });
    let size = 0;
    const changes = open.slice(0, MOST_CHANGES).filter((change, number) => {
      size += JSON.stringify(change.rows).length;
      return number === 0 || size < MOST_CHARACTERS;
    });
    const speakers = this.pendingSpeakers();
    return changes.length || speakers.length ? { id, base: this.version, changes, speakers } : null;
  }

  /** Notes that a save was made, as the next after the version that the server had. */
  wasSaved(save: Save, saved: Saved): void {
    this.base = withChanges(this.base, save.changes);
    this.keepSpeakers(save.speakers);
    this.version = saved.version;
    this.changed();
  }

  /** Notes that a save was made among those of others, which come first. */
  wasSavedAmong(save: Save, saved: Saved, all: readonly SavedChanges[]): void {
    for (const each of all) {
      if (each.version !== saved.version) {
        this.merge(each);
        continue;
      }
      const moved = save.changes.map((change, place) => ({ ...change, ...saved.changes[place] }));
      this.base = withChanges(this.base, moved);
      this.keepSpeakers(save.speakers);
      this.version = each.version;
    }
    this.changed();
  }

  /** Takes what somebody else has saved, or a realignment has found. */
  merge(each: SavedChanges): void {
    this.join(each.changes, each.username);
    this.addSpeakers(each.speakers);
    this.version = each.version;
    this.changed();
  }

  /** Takes a list that somebody has saved as a whole. */
  mergeWhole(list: ElementList, version: string, username: string): void {
    this.join(savedWhole(this.base, list.segments), username);
    this.addSpeakers(list.speakers);
    this.version = version;
    this.changed();
  }

  private join(
    changes: readonly { first: number; removed: number; segments: readonly Segment[] }[],
    username: string,
  ): void {
    const found = merged(this.base, this.script.rows, changes, username, this.ids);
    this.base = found.base;
    this.script = { ...this.script, rows: found.now };
    const ids = new Set(found.conflicts.flatMap((each) => each.mine));
    this.conflicts = [
      ...this.conflicts.filter((each) => !each.mine.some((id) => ids.has(id))),
      ...found.conflicts,
    ];
  }

  private addSpeakers(speakers: readonly Speaker[]): void {
    const pending = new Set(this.pendingSpeakers().map((speaker) => speaker.id));
    const known = new Map(this.script.speakers.map((speaker) => [speaker.id, speaker]));
    for (const speaker of speakers) if (!pending.has(speaker.id)) known.set(speaker.id, speaker);
    this.script = { ...this.script, speakers: [...known.values()] };
    this.keepSpeakers(speakers);
  }

  private keepSpeakers(speakers: readonly Speaker[]): void {
    const known = new Map(this.savedSpeakers.map((speaker) => [speaker.id, speaker]));
    for (const speaker of speakers) known.set(speaker.id, speaker);
    this.savedSpeakers = [...known.values()];
  }

  /** Ends a conflict: with the text that is here, or with the other one. */
  settle(conflict: Conflict, takesTheirs: boolean): void {
    this.conflicts = this.conflicts.filter((each) => each !== conflict);
    if (takesTheirs) {
      const mine = new Set(conflict.mine);
      const rows = this.script.rows;
      const first = rows.findIndex((row) => mine.has(row.id));
      const before = rows.filter((row) => mine.has(row.id));
      const anchor = first > 0 ? (rows[first - 1]?.id ?? null) : null;
      if (first >= 0) this.make({ exchanges: [{ anchor, before, after: this.latest(conflict.theirs) }] });
      else this.restore(conflict.theirs);
    }
    this.changed();
  }

  /** Returns the rows as the server has them by now, by their identity: so nothing is left to be saved. */
  private latest(rows: readonly Row[]): Row[] {
    return rows.map((row) => this.base.find((each) => each.id === row.id) ?? row);
  }

  /** Brings rows back that were removed here and rewritten elsewhere. */
  private restore(theirs: readonly Row[]): void {
    const place = this.base.findIndex((row) => row.id === theirs[0]?.id);
    const before = this.base.slice(0, Math.max(0, place)).map((row) => row.id);
    const known = new Set(this.script.rows.map((row) => row.id));
    const anchor = before.reverse().find((id) => known.has(id)) ?? null;
    this.make({ exchanges: [{ anchor, before: [], after: this.latest(theirs) }] });
  }

  /** Puts in what was not saved when the page was closed. */
  putIn(changes: readonly Change[], speakers: readonly Speaker[], conflicts: readonly Conflict[]): void {
    for (const row of changes.flatMap((change) => change.rows)) this.ids.avoid(row.id);
    const known = new Map(this.script.speakers.map((speaker) => [speaker.id, speaker]));
    for (const speaker of speakers) known.set(speaker.id, speaker);
    const ids = this.areKnown ? new Map<number, number>() : this.idsFor(changes);
    const renamed = (id: number): number => ids.get(id) ?? id;
    const placed = changes.map((change) => ({
      ...change,
      rows: change.rows.map((row) => ({ ...row, id: renamed(row.id) })),
    }));
    this.script = {
      ...this.script,
      rows: withChanges(this.script.rows, placed),
      speakers: [...known.values()],
    };
    this.conflicts = conflicts.map((each) => ({ ...each, mine: each.mine.map(renamed) }));
    this.changed();
  }

  /** Returns which rows the changed ones are here, where rows are numbered anew. */
  private idsFor(changes: readonly Change[]): Map<number, number> {
    return new Map(
      changes.flatMap(({ first, removed, rows }) => {
        const old = this.rowsAt(first, removed);
        return rows.map((row, place) => [row.id, old[place]?.id ?? this.ids.next()] as const);
      }),
    );
  }

  rowsAt(first: number, count: number): readonly Row[] {
    return this.base.slice(first, first + count);
  }

  restoreHistory(steps: readonly Step[]): void {
    for (const step of steps) {
      for (const { before, after } of step.edit.exchanges)
        for (const row of [...before, ...after]) this.ids.avoid(row.id);
    }
    this.history = new History(steps);
  }
}
