/** What this browser remembers for the signed-in person, until they sign out. */

import { page } from "./page";

const PREFIX = "scribedock:";
/** The database of handles of files, which belong to whoever has signed in. */
export const HANDLES = "scribedock-handles";
/** In the storage of the tab: what was typed when the session ended (`typed`). */
export const TYPED = `${PREFIX}typed`;
let isForgotten = false;

function keyOf(name: string): string {
  return `${PREFIX}${page.person}:${name}`;
}

/** Returns what was remembered; undefined where nothing was, or the browser stores nothing. */
export function recall(name: string): unknown {
  try {
    const found = localStorage.getItem(keyOf(name));
    return found === null ? undefined : (JSON.parse(found) as unknown);
  } catch {
    return undefined;
  }
}

/** Remembers a value; undefined forgets it. A browser that stores nothing is no reason to fail. */
export function remember(name: string, value: unknown): void {
  if (isForgotten) return;
  try {
    if (value === undefined) localStorage.removeItem(keyOf(name));
    else localStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // Storage is full, or switched off.
  }
}

/** Forgets everything of everybody, and remembers nothing more until the next page. */
export function forgetAll(): void {
  isForgotten = true;
  forgetHandles();
  try {
    sessionStorage.removeItem(TYPED);
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is switched off.
  }
}

/** Forgets which files were being uploaded: see `new/kept-handles`. */
function forgetHandles(): void {
  try {
    indexedDB.deleteDatabase(HANDLES);
  } catch {
    // Storage is switched off.
  }
}

/** Forgets everything but what belongs to the signed-in person. */
export function forgetOthers(): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !key.startsWith(keyOf(""))) localStorage.removeItem(key);
    }
  } catch {
    // Storage is switched off.
  }
}
