/** The words of the version that is shown, beside the recording. */

import { html, type TemplateResult } from "lit";

import type { ElementList } from "./elementlist";
import type { DescriptionTexts } from "../player/description";
import { passagesOf, type Passage } from "./passages";
import "./transcript";

/** The passages of what is said, and of what describes the picture, whichever is known first. */
export class Words {
  passages: readonly Passage[] = [];
  private list: ElementList | null = null;
  private doubtBelow = 0;
  private described: DescriptionTexts | null = null;

  take(list: ElementList, doubtBelow: number): void {
    this.list = list;
    this.doubtBelow = doubtBelow;
    this.layOut();
  }

  describe(texts: DescriptionTexts | null): void {
    if (texts === this.described) return;
    this.described = texts;
    this.layOut();
  }

  private layOut(): void {
    if (this.list) this.passages = passagesOf(this.list, this.doubtBelow, this.described);
  }
}

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
