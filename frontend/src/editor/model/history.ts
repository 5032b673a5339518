/** Undo and redo without end. What is undone is found by the rows' identity, wherever they are by now. */

import { textOf } from "./elementlist";
import type { Edit, Exchange, Row, Script } from "./rows";

export interface Step {
  readonly edit: Edit;
  /** Steps of the same kind that follow each other are one, as the letters of a word. */
  readonly kind: string;
}

/** Applies an edit; null where somebody else has changed what it is about. */
export function applied(script: Script, edit: Edit): Script | null {
  let { rows } = script;
  for (const each of edit.exchanges) {
    const changed = exchanged(rows, each);
    if (!changed) return null;
    rows = changed;
  }
  return { ...script, rows, speakers: edit.speakers?.after ?? script.speakers };
}

export function reversed(edit: Edit): Edit {
  return {
    exchanges: edit.exchanges
      .map((each) => ({ anchor: each.anchor, before: each.after, after: each.before }))
      .reverse(),
    ...(edit.speakers && { speakers: { before: edit.speakers.after, after: edit.speakers.before } }),
  };
}

function exchanged(rows: readonly Row[], { anchor, before, after }: Exchange): readonly Row[] | null {
  const first = before[0];
  const place = first
    ? rows.findIndex((row) => row.id === first.id)
    : anchor === null
      ? 0
      : rows.findIndex((row) => row.id === anchor) + 1;
  if (place < 0 || (!first && anchor !== null && place === 0)) return null;
  const found = rows.slice(place, place + before.length);
  // Times may have moved since: by realignment. Another text is somebody else's.
  const isThere =
    found.length === before.length &&
    before.every(({ id, segment }, number) => {
      const row = found[number];
      return row?.id === id && (row.segment === segment || textOf(row.segment) === textOf(segment));
    });
  return isThere ? [...rows.slice(0, place), ...after, ...rows.slice(place + before.length)] : null;
}

export class History {
  private undone: Step[] = [];
  private readonly steps: Step[];

  constructor(steps: readonly Step[] = []) {
    this.steps = [...steps];
  }

  get canUndo(): boolean {
    return this.steps.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  get all(): readonly Step[] {
    return this.steps;
  }

  record(edit: Edit, kind: string): void {
    this.undone = [];
    const last = this.steps.at(-1);
    if (last && kind && last.kind === kind) {
      this.steps[this.steps.length - 1] = { kind, edit: joined(last.edit, edit) };
    } else {
      this.steps.push({ edit, kind });
    }
  }

  /** Ends a run of steps that would be one. */
  pause(): void {
    const last = this.steps.at(-1);
    if (last?.kind) this.steps[this.steps.length - 1] = { ...last, kind: "" };
  }

  /** Returns the script before the last step; null where somebody else has changed the same since. */
  undo(script: Script): { readonly script: Script; readonly edit: Edit } | null {
    const step = this.steps.pop();
    if (!step) return null;
    const edit = reversed(step.edit);
    const found = applied(script, edit);
    if (!found) return null;
    this.undone.push({ ...step, kind: "" });
    return { script: found, edit };
  }

  redo(script: Script): { readonly script: Script; readonly edit: Edit } | null {
    const step = this.undone.pop();
    if (!step) return null;
    const found = applied(script, step.edit);
    if (!found) return null;
    this.steps.push(step);
    return { script: found, edit: step.edit };
  }
}

/** Joins two edits of the same row, of which the second goes on with the first. */
function joined(first: Edit, second: Edit): Edit {
  const [one, two] = [first.exchanges[0], second.exchanges[0]];
  if (!one || !two || first.exchanges.length > 1 || second.exchanges.length > 1) {
    return { exchanges: [...first.exchanges, ...second.exchanges] };
  }
  return { exchanges: [{ anchor: one.anchor, before: one.before, after: two.after }] };
}
