/** Asks before a session ends in which nobody has done anything for a while (WCAG 2.2, 2.2.1). */

import { confirm } from "../parts/confirm";
import { ACTIVE, SignedOut, touchSession } from "./calls";
import { page } from "./page";
import { text } from "./texts";

/** How long before the end: two minutes to answer, and one by which the server may have counted earlier. */
const AHEAD_MS = 180_000;

/** Pages of one person in other tabs keep the same session alive. */
const others = new BroadcastChannel(ACTIVE);
let timer = 0;
let isAsking = false;

function start(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void ask(), Math.max(page.idleMs / 2, page.idleMs - AHEAD_MS));
}

/** Whoever watches or listens is there, and is not interrupted. */
function isPlaying(): boolean {
  return [...document.querySelectorAll<HTMLMediaElement>("video, audio")].some((each) => !each.paused);
}

async function ask(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  try {
    // Says so if the session has ended meanwhile, as on a computer that was asleep.
    await touchSession(true);
    if (!isPlaying()) {
      await confirm({
        title: text("app.stillThereTitle"),
        explanation: text("app.stillThereText"),
        yes: text("app.stay"),
        isNotice: true,
      });
    }
    await touchSession(false);
  } catch (error) {
    if (!(error instanceof SignedOut)) start(); // the end of a session is said elsewhere
  } finally {
    isAsking = false;
  }
}

/** Begins to watch. */
export function watchIdleness(): void {
  document.addEventListener(ACTIVE, () => {
    others.postMessage(null);
    start();
  });
  others.addEventListener("message", start);
  start();
}
