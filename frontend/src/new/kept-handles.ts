/**
 * Handles of dropped files, kept until their upload is done, so that a reload need not ask for the files again
 * (File System Access API; where there is none, nothing is kept). Only for the signed-in person, until they sign out.
 */

import { page } from "../frame/page";
import { HANDLES } from "../frame/remembered";

const STORE = "handles";
/** As long as an upload URL is good. */
const LIFE_MS = 12 * 3600 * 1000;

interface Kept {
  readonly handle: FileSystemFileHandle;
  readonly kept: number;
}

interface Permissions {
  queryPermission?: (wanted: { readonly mode: "read" }) => Promise<PermissionState>;
  requestPermission?: (wanted: { readonly mode: "read" }) => Promise<PermissionState>;
}

/** The handles of files of this page, until it is known that their upload begins. */
const handles = new WeakMap<File, FileSystemFileHandle>();

/** Notes the handle of a dropped item, as far as the browser gives one; to be called before the drop ends. */
export function noteHandle(item: DataTransferItem): ((file: File) => Promise<void>) | null {
  const give = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> })
    .getAsFileSystemHandle;
  if (!give) return null;
  const found = give.call(item).catch(() => null);
  return async (file) => {
    const handle = await found;
    if (handle instanceof FileSystemFileHandle) handles.set(file, handle);
  };
}

/** Keeps the handle of a file whose upload has begun. */
export async function keepHandle(file: File, fingerprint: string): Promise<void> {
  const handle = handles.get(file);
  if (!handle) return;
  const kept: Kept = { handle, kept: Date.now() };
  await inStore("readwrite", (store) => store.put(kept, keyOf(fingerprint)));
}

export async function forgetHandle(fingerprint: string): Promise<void> {
  await inStore("readwrite", (store) => store.delete(keyOf(fingerprint)));
}

/** Returns the fingerprints, of these, whose file can be had without choosing it again. */
export async function keptHandles(fingerprints: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const each of fingerprints) if (await handleOf(each)) found.add(each);
  return found;
}

/** Returns the file, after the browser has asked whether that may be; null where it may not, or is gone. */
export async function keptFile(fingerprint: string): Promise<File | null> {
  const handle = await handleOf(fingerprint);
  if (!handle) return null;
  const wanted = { mode: "read" } as const;
  const permissions = handle as FileSystemFileHandle & Permissions;
  try {
    const state = await permissions.queryPermission?.(wanted);
    if (state === "prompt" && (await permissions.requestPermission?.(wanted)) !== "granted") return null;
    const file = await handle.getFile();
    handles.set(file, handle);
    return file;
  } catch {
    return null; // it was moved, or may not be read
  }
}

async function handleOf(fingerprint: string): Promise<FileSystemFileHandle | null> {
  const found = await inStore(
    "readonly",
    (store) => store.get(keyOf(fingerprint)) as IDBRequest<Kept | undefined>,
  );
  return found && Date.now() - found.kept < LIFE_MS ? found.handle : null;
}

function keyOf(fingerprint: string): string {
  return `${page.person}:${fingerprint}`;
}

/** Does something in the store; null where the browser keeps nothing. */
async function inStore<Value>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Value>,
): Promise<Value | null> {
  try {
    const database = await opened();
    try {
      return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

function opened(): Promise<IDBDatabase> {
  const opening = indexedDB.open(HANDLES, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return settled(opening);
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error());
  });
}
