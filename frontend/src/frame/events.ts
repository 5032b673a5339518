/** What the server tells of jobs as it happens. */

import { answerOf, SIGNED_OUT, SignedOut } from "./calls";
import { page } from "./page";

export interface JobChange {
  readonly job_id: string;
  readonly status: string;
  readonly progress: number;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** Whether the session goes on: a stream does not say why it was refused. */
async function isSignedIn(): Promise<boolean> {
  try {
    await answerOf("account/verify_key", {}, { isBackground: true });
  } catch (error) {
    return !(error instanceof SignedOut);
  }
  return true;
}

/**
 * Calls `changed` with every change of a job that the person sees, and `missed` when some may have been missed.
 * Returns what ends it. A page that nobody sees has no stream: browsers open six connections at most to a server.
 */
export function followJobs(changed: (change: JobChange) => void, missed: () => void): () => void {
  let stream: EventSource | null = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;
  let opened = 0;

  const open = (): void => {
    close();
    const opening = new EventSource(`${page.base}/web/events`);
    stream = opening;
    opening.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      if (opened > 0) missed();
      opened += 1;
    });
    opening.addEventListener("job", (event: MessageEvent<string>) => {
      changed(JSON.parse(event.data) as JobChange);
    });
    opening.addEventListener("missed", () => missed());
    opening.addEventListener("ended", () => {
      close();
      document.dispatchEvent(new CustomEvent(SIGNED_OUT));
    });
    opening.addEventListener("error", () => {
      // The browser connects again by itself, unless the server answered with an error.
      if (opening.readyState !== EventSource.CLOSED || stream !== opening) return;
      void isSignedIn().then((isToBeOpened) => {
        if (!isToBeOpened || stream !== opening) return;
        timer = window.setTimeout(open, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      });
    });
  };
  const close = (): void => {
    window.clearTimeout(timer);
    stream?.close();
    stream = null;
  };
  const look = (): void => {
    if (document.visibilityState === "hidden") close();
    else if (stream === null) open();
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}
