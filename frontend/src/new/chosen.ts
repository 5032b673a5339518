/** Files and folders that were dropped or chosen. */

import { noteHandle } from "./kept-handles";

/** Returns all files of a drop, those in folders included. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  // Entries must be taken before the first pause: the drop's data are gone afterwards.
  const items = [...transfer.items];
  const entries = items.map((item) => item.webkitGetAsEntry());
  const notes = items.map((item) => noteHandle(item));
  const given = items.map((item) => item.getAsFile());
  if (entries.every((entry) => entry === null)) return noted(given, notes);
  const found: File[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry === null) continue;
    const before = found.length;
    await collect(entry, found);
    const file = found[before];
    if (entry.isFile && file) await notes[index]?.(file);
  }
  return found;
}

async function noted(
  given: readonly (File | null)[],
  notes: readonly ReturnType<typeof noteHandle>[],
): Promise<readonly File[]> {
  const found: File[] = [];
  for (const [index, file] of given.entries()) {
    if (!file) continue;
    await notes[index]?.(file);
    found.push(file);
  }
  return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (!some.length) return;
      for (const each of some) await collect(each, found);
    }
  }
  if (entry.name.startsWith(".")) return;
  found.push(
    await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
  );
}

/** Reads an address that somebody typed; null where it is none of the web's. */
export function webAddress(typed: string): URL | null {
  try {
    const url = new URL(typed.trim());
    return ["http:", "https:"].includes(url.protocol) && url.hostname ? url : null;
  } catch {
    return null;
  }
}
