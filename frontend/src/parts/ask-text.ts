import { html, nothing, render } from "lit";

import { text } from "../frame/texts";

export interface TextQuestion {
  readonly title: string;
  readonly explanation: string;
  readonly label: string;
  readonly yes: string;
  /** What is said where nothing was typed; missing: nothing need be. */
  readonly missing?: string;
  readonly maxLength: number;
  readonly isDangerous?: boolean;
}

/** Asks for a text before something is done; resolves to null where it is not to be done. */
export function askText(question: TextQuestion): Promise<string | null> {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-title");
  dialog.setAttribute("aria-describedby", "question-text");
  let isMissing = false;
  const box = (): HTMLTextAreaElement | null => dialog.querySelector("textarea");
  const onSubmit = (event: SubmitEvent): void => {
    const wantsIt = (event.submitter as HTMLButtonElement | null)?.value === "yes";
    if (!wantsIt || question.missing === undefined || box()?.value.trim()) return;
    event.preventDefault();
    isMissing = true;
    show();
    box()?.focus();
  };
  const show = (): void => {
    render(
      html`<form method="dialog" @submit=${onSubmit}>
        <h2 id="question-title">${question.title}</h2>
        <p id="question-text">${question.explanation}</p>
        <div class="field dialog-field">
          <label for="question-answer">${question.label}</label>
          <textarea
            id="question-answer"
            dir="auto"
            maxlength=${question.maxLength}
            aria-invalid=${isMissing}
            aria-describedby=${isMissing ? "question-missing" : nothing}
          ></textarea>
          ${isMissing ? html`<span id="question-missing" class="error">${question.missing}</span>` : nothing}
        </div>
        <div class="dialog-buttons">
          <button class="button" value="no">${text("app.cancel")}</button>
          <button class="button ${question.isDangerous ? "button-danger" : "button-primary"}" value="yes">
            ${question.yes}
          </button>
        </div>
      </form>`,
      dialog,
    );
  };
  show();
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const answer = box()?.value.trim() ?? "";
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? answer : null);
    });
    dialog.showModal();
    box()?.focus();
  });
}
