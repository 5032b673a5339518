/** Opens the transcript: the version of the server, and in it what was not saved when the page was closed. */

import { EditorDocument } from "./document";
import { Drafts, idsAfter, putIn, type Draft, type KeptHistory } from "./drafts";
import { textOf } from "./model/elementlist";
import type { SavedChanges } from "./model/merging";
import { isConflict, type EditorData, type EditorService, type WorkingList } from "./service";

export interface Opened {
  readonly document: EditorDocument;
  readonly drafts: Drafts | null;
  readonly list: WorkingList;
  /** Whether something that was not saved was put in. */
  readonly isRestored: boolean;
}

export async function openDocument(
  data: EditorData,
  service: EditorService,
  changed: () => void,
  told: () => void,
): Promise<Opened> {
  const drafts = await Drafts.open(data.draftKey, data.job, told);
  const draft = (await drafts?.read()) ?? null;
  const own = draft ? await sentAgain(draft, service) : "";
  const list = await service.read();
  const kept = (await drafts?.readHistory()) ?? null;
  const saves = draft ? await savesSince(draft.version, list, service) : [];
  const ids = kept ? await idsOf(kept, list, service) : null;
  const document = new EditorDocument(list.elementlist, data, changed, list.version, ids ?? undefined);
  if (kept && ids) document.restoreHistory(kept.steps);
  if (draft) putIn(document, draft, saves, own);
  return { document, drafts, list, isRestored: draft !== null && !document.isSaved };
}

/** Sends the save again that was not answered: it may have been made, and is not made twice. Returns its version. */
async function sentAgain(draft: Draft, service: EditorService): Promise<string> {
  if (!draft.save) return "";
  try {
    return (await service.save(draft.save)).version;
  } catch {
    return ""; // it is part of what is put in
  }
}

/** Returns what was saved since a version; null where that is not known. */
async function savesSince(
  version: string,
  list: WorkingList,
  service: EditorService,
): Promise<readonly SavedChanges[] | null> {
  if (version === list.version) return [];
  try {
    return await service.changesSince(version);
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}

async function idsOf(
  kept: KeptHistory,
  list: WorkingList,
  service: EditorService,
): Promise<readonly number[] | null> {
  const saves = await savesSince(kept.version, list, service);
  return saves && idsAfter(kept, saves);
}

/** What was typed in a transcript that is no longer open, and is kept in this browser alone. */
export interface Left {
  readonly texts: readonly string[];
  readonly forget: () => Promise<void>;
}

export async function leftOf(data: EditorData): Promise<Left | null> {
  const drafts = await Drafts.open(data.draftKey, data.job, () => undefined);
  const draft = await drafts?.read();
  if (!drafts || !draft) return null;
  const texts = draft.changes.flatMap(({ rows }) => rows.map((row) => textOf(row.segment)));
  return texts.length ? { texts, forget: () => drafts.end() } : null;
}
