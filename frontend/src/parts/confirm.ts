import { html, nothing, render } from "lit";

import { text } from "../frame/texts";

export interface Question {
  readonly title: string;
  readonly explanation: string;
  readonly yes: string;
  readonly isDangerous?: boolean;
  /** Whether there is only one answer. */
  readonly isNotice?: boolean;
}

/** Asks before something is done that cannot be undone; resolves to whether to do it. */
export function confirm(question: Question): Promise<boolean> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-title");
  dialog.setAttribute("aria-describedby", "question-text");
  render(
    html`<form method="dialog">
      <h2 id="question-title">${question.title}</h2>
      <p id="question-text">${question.explanation}</p>
      <div class="dialog-buttons">
        ${
          question.isNotice
            ? nothing
            : html`<button class="button" value="no" autofocus>${text("app.cancel")}</button>`
        }
        <button class="button ${question.isDangerous ? "button-danger" : "button-primary"}" value="yes">
          ${question.yes}
        </button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}
