/** What to tell people about a call that failed. */

import { CallError, SignedOut, Unreachable } from "./calls";
import { text } from "./texts";

/** The reason in the page's language; the words of the API itself are English. */
export function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return text("app.unreachable");
  if (error instanceof SignedOut) return text("app.signedOut");
  if (error instanceof CallError) {
    if (error.type === "ACCOUNT_UNPRIVILEGED") return text("app.forbidden");
    if (error.status === 403) return text("app.tooOld");
    if (error.status === 429) return text("app.tooMany");
    if (error.status >= 500) return text("app.serverFailed", { comment: error.message });
    return error.message;
  }
  return error instanceof Error ? error.message : String(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
