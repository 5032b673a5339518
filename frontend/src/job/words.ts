/** The words of the version that is shown, beside the recording. */

import { html, type TemplateResult } from "lit";

import type { ElementList } from "./elementlist";
import type { Passage } from "./passages";
import "./transcript";

export function transcriptOf(
  list: ElementList,
  passages: readonly Passage[],
  seek: (time: number) => void,
): TemplateResult {
  return html`<scribedock-transcript
    class="job-transcript"
    .passages=${passages}
    .language=${list.language}
    .hasDoubt=${passages.some(({ pieces }) => pieces.some((each) => each.kind === "doubt"))}
    @seekto=${(event: CustomEvent<number>) => seek(event.detail)}
  ></scribedock-transcript>`;
}

/** While they are read; problem: what is said where that has failed. */
export function transcriptWaiting(problem: TemplateResult | null): TemplateResult {
  if (problem) return html`<div class="job-transcript card">${problem}</div>`;
  return html`<div class="job-transcript">
    <div class="card transcript waiting" aria-busy="true"></div>
  </div>`;
}
