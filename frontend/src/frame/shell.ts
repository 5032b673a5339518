/** What every page of a signed-in person does. */

import "../parts/toasts";
import { SIGNED_OUT } from "./calls";
import { watchIdleness } from "./idle";
import { page } from "./page";
import { forgetAll, forgetOthers } from "./remembered";
import { forgetOthersSealed, forgetSealed } from "./sealed";
import { text } from "./texts";
import { confirm } from "../parts/confirm";

forgetOthers();
void forgetOthersSealed();
watchIdleness();

document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.matches("[data-sign-out]")) {
    forgetAll();
    forgetSealed();
  }
});

let isAsking = false;

document.addEventListener(SIGNED_OUT, () => {
  if (isAsking) return;
  isAsking = true;
  void confirm({
    title: text("app.signedOutTitle"),
    explanation: text("app.signedOutText"),
    yes: text("app.signInAgain"),
  }).then((isWanted) => {
    isAsking = false;
    const here = location.pathname.slice(page.base.length) + location.search;
    if (isWanted) location.assign(`${page.base}/web/sign-in?next=${encodeURIComponent(here)}`);
  });
});
