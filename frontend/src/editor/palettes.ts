/** The palettes of the editor: who speaks in a row, and a sound to put in. */

import { text } from "../frame/texts";
import { openPalette } from "./dialogs";
import type { Editor } from "./editor";
import { soundNames } from "./model/tokens";

/** Asks for a sound and puts it at the caret; resolves when the palette is closed. */
export function chooseSound(editor: Editor, language: string, caret: number | null): Promise<void> {
  return openPalette({
    title: text("edit.soundTitle"),
    choices: soundNames(language).map((name) => ({
      label: `[${name}]`,
      action: () => editor.insertSound(name, caret),
    })),
    field: {
      label: text("edit.otherSound"),
      yes: text("edit.add"),
      action: (value) => editor.insertSound(value.replace(/[[\]]/gu, ""), caret),
    },
  });
}

/** Asks who speaks in the current row; resolves when the palette is closed. */
export function chooseSpeaker(editor: Editor): Promise<void> {
  const { script } = editor.document;
  const current = script.speakers.find(
    (speaker) => speaker.id === script.rows[editor.place]?.segment.speaker_id,
  );
  const nameOf = (speaker: { id: number; name: string }): string =>
    speaker.name || text("edit.speakerNumber", { number: speaker.id });
  return openPalette({
    title: text("edit.speakerTitle"),
    choices: [
      ...script.speakers.map((speaker) => ({
        label: nameOf(speaker),
        action: () => editor.setSpeaker(speaker.id),
      })),
      { label: text("edit.noSpeaker"), action: () => editor.setSpeaker(undefined) },
    ],
    field: {
      label: text("edit.newSpeaker"),
      yes: text("edit.add"),
      action: (value) => editor.addSpeaker(value),
    },
    ...(current && {
      other: {
        label: text("edit.renameSpeaker", { name: nameOf(current) }),
        value: current.name,
        yes: text("edit.rename"),
        action: (value: string) => editor.renameSpeaker(current.id, value),
      },
    }),
  });
}
