/** Keeps what was typed in a form when the session has ended, until the same person has signed in again. */

import { SIGNED_OUT } from "./calls";
import { page } from "./page";
import { TYPED } from "./remembered";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface Typed {
  readonly person: string;
  /** Of the session in which it was typed. */
  readonly csrf: string;
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Passwords and codes are typed anew. */
const FIELDS =
  "main input:is([type=text],[type=number],[type=email],[type=search]):not([autocomplete=one-time-code]), " +
  "main select, main textarea";

function fields(): Field[] {
  return [...document.querySelectorAll<Field>(FIELDS)].filter((each) => each.id);
}

function keep(): void {
  const values = Object.fromEntries(fields().map((each) => [each.id, each.value]));
  const typed: Typed = { person: page.person, csrf: page.csrf, path: location.pathname, values };
  try {
    sessionStorage.setItem(TYPED, JSON.stringify(typed));
  } catch {
    // Storage is full, or switched off.
  }
}

/** Puts back what was typed, where a new session has begun since; forgets it in any case. */
function restore(): void {
  let typed: Typed;
  try {
    const kept = sessionStorage.getItem(TYPED);
    sessionStorage.removeItem(TYPED);
    if (kept === null) return;
    typed = JSON.parse(kept) as Typed;
  } catch {
    return;
  }
  if (typed.csrf === page.csrf) return; // the form was sent in time
  if (typed.person !== page.person || typed.path !== location.pathname) return;
  for (const each of fields()) each.value = typed.values[each.id] ?? each.value;
}

restore();
document.addEventListener(SIGNED_OUT, keep);
document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.closest("main")) keep();
});
