import { html, nothing, type TemplateResult } from "lit";

import { formatBytes, formatLength, languageName } from "../frame/formats";
import { text, textOf } from "../frame/texts";
import { icon, type IconName } from "../parts/icons";
import { FIDELITIES } from "./order";
import type { Recording } from "./recording";

export interface RowActions {
  readonly pause: (recording: Recording) => void;
  readonly resume: (recording: Recording) => void;
  readonly remove: (recording: Recording) => void;
  readonly dropTranscript: (recording: Recording) => void;
}

export function recordingRow(recording: Recording, actions: RowActions): TemplateResult {
  const isMoving = recording.step === "uploading" || recording.step === "offline";
  const showsProgress = recording.file && (isMoving || recording.step === "paused");
  return html`<li class="recording">
    <div>
      <span class="recording-name"><bdi>${recording.name}</bdi></span>
      <div class="recording-about ${recording.step === "ordered" ? "done" : ""}">${aboutOf(recording)}</div>
      ${ownText(recording)} ${recording.transcript ? transcriptChip(recording, actions) : nothing}
    </div>
    <div class="recording-buttons">${buttonsOf(recording, actions)}</div>
    ${
      showsProgress
        ? html`<progress
            max=${recording.size}
            value=${recording.sent}
            aria-label=${text("new.progressOf", { name: recording.name })}
          ></progress>`
        : nothing
    }
    ${recording.problem ? html`<p class="problem" role="alert">${recording.problem}</p>` : nothing}
  </li>`;
}

function aboutOf(recording: Recording): string {
  const { step, size, sent, speed, secondsLeft } = recording;
  if (step === "ordered") {
    return text("new.ordered");
  }
  const state = textOf("step", step);
  if (recording.source instanceof URL) {
    return step === "chosen" ? recording.source.host : `${recording.source.host} · ${state}`;
  }
  if (step === "chosen") {
    return recording.isBegun ? text("new.goesOn", { size: formatBytes(size) }) : formatBytes(size);
  }
  const parts = [text("new.sentOf", { sent: formatBytes(sent), size: formatBytes(size) })];
  if (step === "uploading" && speed > 0) {
    parts.push(text("new.speed", { speed: formatBytes(speed) }));
    if (secondsLeft !== null) parts.push(text("new.left", { time: formatLength(secondsLeft) }));
  } else {
    parts.unshift(state);
  }
  return parts.join(" · ");
}

/** Says what is ordered for this recording alone. */
function ownText({ own, externalId }: Recording): TemplateResult | typeof nothing {
  const parts = [
    own.language && languageName(own.language),
    own.fidelity && text(FIDELITIES.find(([name]) => name === own.fidelity)?.[1] ?? "new.fidelity"),
    own.priority && textOf("priority", own.priority),
    own.speakers && text("new.ownSpeakers", { count: own.speakers }),
    own.terms && text("new.terms"),
    own.notes && text("new.notes"),
    externalId,
  ].filter(Boolean);
  return parts.length ? html`<div class="recording-about">${parts.join(" · ")}</div>` : nothing;
}

function transcriptChip(recording: Recording, actions: RowActions): TemplateResult {
  return html`<span class="transcript-chip">
    ${icon("file", 16)}
    <span>${text("new.withTranscript", { name: recording.transcript?.name ?? "" })}</span>
    ${
      recording.isToBeOrdered
        ? button("close", text("new.dropTranscript"), () => actions.dropTranscript(recording))
        : nothing
    }
  </span>`;
}

function buttonsOf(recording: Recording, actions: RowActions): (TemplateResult | typeof nothing)[] {
  const { step, name } = recording;
  const canPause = recording.file && (step === "uploading" || step === "offline" || step === "waiting");
  return [
    canPause ? button("pause", text("new.pause", { name }), () => actions.pause(recording)) : nothing,
    step === "paused"
      ? button("play", text("new.resume", { name }), () => actions.resume(recording))
      : nothing,
    step === "failed"
      ? button("retry", text("new.retry", { name }), () => actions.resume(recording))
      : nothing,
    step === "preparing" || step === "ordering"
      ? nothing
      : button("close", text("new.remove", { name }), () => actions.remove(recording)),
  ];
}

function button(name: IconName, label: string, action: () => void): TemplateResult {
  return html`<button
    class="button button-quiet button-icon"
    type="button"
    aria-label=${label}
    title=${label}
    @click=${action}
  >
    ${icon(name)}
  </button>`;
}
