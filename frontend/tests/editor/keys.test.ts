import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bindingsOf,
  commandOf,
  COMMANDS,
  isUsable,
  nameOf,
  PROFILES,
  type KeyPress,
} from "../../src/editor/model/keys";

function press(
  key: string,
  code: string,
  ...held: ("ctrlKey" | "altKey" | "shiftKey" | "metaKey")[]
): KeyPress {
  const none = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, isComposing: false };
  return { key, code, ...none, ...Object.fromEntries(held.map((each) => [each, true])) };
}

void test("no command has a bare letter, and none has another's key", () => {
  for (const profile of PROFILES) {
    for (const isMac of [false, true]) {
      const keys = COMMANDS.flatMap((command) => bindingsOf(profile, {}, isMac)[command]);
      assert.deepEqual(
        keys.filter((key) => key.length === 1 || key.startsWith("Shift+")),
        [],
      );
      assert.equal(new Set(keys).size, keys.length, `${profile}: ${keys.join(" ")}`);
    }
  }
});

void test("a command is on the letter that the keyboard says, wherever the key is", () => {
  const bindings = bindingsOf("scribedock");
  assert.equal(commandOf(press("z", "KeyY", "ctrlKey"), bindings), "undo", "QWERTZ");
  assert.equal(commandOf(press("Z", "KeyY", "ctrlKey", "shiftKey"), bindings), "redo");
  assert.equal(commandOf(press("n", "KeyN", "altKey"), bindings), "nextDoubt");
  assert.equal(
    commandOf(press("˜", "KeyN", "altKey"), bindings),
    "nextDoubt",
    "where Alt types another character",
  );
  assert.equal(commandOf(press(" ", "Space", "ctrlKey"), bindings), "play");
});

void test("what types a letter is no command", () => {
  const bindings = bindingsOf("scribedock");
  const composing = { ...press("Enter", "Enter"), isComposing: true };
  assert.equal(commandOf(composing, bindings), null, "Enter chooses among what an input method offers");
  assert.equal(commandOf(press("@", "KeyQ", "ctrlKey", "altKey"), bindings), null, "AltGr on Windows");
  assert.equal(commandOf(press("Process", "Enter"), bindings), null);
  assert.equal(nameOf(press("Shift", "ShiftLeft", "shiftKey")), "");
});

void test("on a Mac commands are on Control, since Option types letters", () => {
  const bindings = bindingsOf("scribedock", {}, true);
  assert.deepEqual([bindings.nextDoubt, bindings.undo], [["Ctrl+N"], ["Meta+Z"]]);
});

void test("keys can be chosen, but none that is needed for typing", () => {
  const chosen = bindingsOf("oTranscribe", { play: ["F6"] });
  assert.deepEqual([chosen.play, chosen.back], [["F6"], ["F1"]]);
  const usable = [
    press("F13", "F13"),
    press("MediaPlayPause", ""),
    press("p", "KeyP", "ctrlKey"),
    press("Escape", "Escape"),
  ];
  assert.deepEqual(usable.map(isUsable), [true, true, true, true]);
  const needed = [
    press("a", "KeyA"),
    press("A", "KeyA", "shiftKey"),
    press("Backspace", "Backspace"),
    press("Tab", "Tab"),
  ];
  assert.deepEqual(needed.map(isUsable), [false, false, false, false]);
});
