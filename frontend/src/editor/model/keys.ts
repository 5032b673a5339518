/** Keys of commands: how they are written, the profiles, and which command a key press is. */

export const COMMANDS = [
  "play",
  "back",
  "forward",
  "slower",
  "faster",
  "loop",
  "previousRow",
  "nextRow",
  "nextDoubt",
  "accept",
  "split",
  "merge",
  "insert",
  "remove",
  "speaker",
  "sound",
  "listen",
  "startHere",
  "endHere",
  "undo",
  "redo",
  "find",
  "save",
  "keys",
] as const;

export type Command = (typeof COMMANDS)[number];
export type Bindings = Readonly<Record<Command, readonly string[]>>;
export const PROFILES = ["scribedock", "subtitleEdit", "oTranscribe"] as const;
export type Profile = (typeof PROFILES)[number];

const STANDARD: Bindings = {
  play: ["Ctrl+Space", "F8"],
  back: ["F2"],
  forward: ["F4"],
  slower: ["Alt+PageDown"],
  faster: ["Alt+PageUp"],
  loop: ["Alt+L"],
  previousRow: ["Alt+ArrowUp"],
  nextRow: ["Alt+ArrowDown"],
  nextDoubt: ["Alt+N"],
  accept: ["Ctrl+Enter"],
  split: ["Enter"],
  merge: ["Alt+M"],
  insert: ["Alt+I"],
  remove: ["Alt+Delete"],
  speaker: ["Alt+S"],
  sound: ["Alt+O"],
  listen: ["Alt+G"],
  startHere: ["Alt+J"],
  endHere: ["Alt+K"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z", "Ctrl+Y"],
  find: ["Alt+R"],
  save: ["Ctrl+S"],
  keys: ["F1"],
};

const BY_PROFILE: Readonly<Record<Profile, Partial<Bindings>>> = {
  scribedock: {},
  subtitleEdit: {
    play: ["Ctrl+P", "Ctrl+Space"],
    merge: ["Ctrl+Shift+M"],
    insert: ["Alt+Insert"],
    remove: ["Ctrl+Delete"],
    find: ["Ctrl+H"],
    startHere: ["F11"],
    endHere: ["F12"],
  },
  oTranscribe: {
    play: ["Escape"],
    back: ["F1"],
    forward: ["F2"],
    slower: ["F3"],
    faster: ["F4"],
    keys: ["F9"],
  },
};

/** What the system or the browser of a Mac keeps for itself, or what types a letter there. */
const ON_MAC: Readonly<Record<string, string>> = {
  "Ctrl+Space": "Meta+Enter",
  "Ctrl+Z": "Meta+Z",
  "Ctrl+Shift+Z": "Meta+Shift+Z",
  "Ctrl+Y": "Meta+Y",
  "Ctrl+S": "Meta+S",
  "Ctrl+H": "Meta+Shift+F",
  "Ctrl+P": "Meta+P",
};

/** Returns the keys of a profile, with those that the person has chosen instead. */
export function bindingsOf(profile: Profile, chosen: Partial<Bindings> = {}, isMac = false): Bindings {
  const found = { ...STANDARD, ...BY_PROFILE[profile] };
  if (isMac) {
    for (const command of COMMANDS) found[command] = found[command].map(onMac);
  }
  return { ...found, ...chosen };
}

/** On a Mac the Option key with a letter types another letter: Control has the commands there. */
function onMac(key: string): string {
  return ON_MAC[key] ?? key.replace(/^Alt\+([A-Z])$/, "Ctrl+$1");
}

/** The part of a KeyboardEvent that says which key it is. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing: boolean;
}

const MODIFIERS = new Set([
  "Control",
  "Alt",
  "Shift",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Process",
  "Unidentified",
]);
const FUNCTION_KEY = /^F\d{1,2}$|^Media|^Audio|^Launch/;
/** Keys that edit or move within a text, or leave it: alone they are no commands, apart from those in a row. */
const OF_TEXT = new Set([
  "Backspace",
  "Delete",
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "Tab",
]);
const LETTER = /^Key([A-Z])$/;
const DIGIT = /^Digit(\d)$/;

/** Writes a key press as bindings do, as `Ctrl+Shift+M`; empty for one that is only a modifier, or part of a letter. */
export function nameOf(press: KeyPress): string {
  if (press.isComposing || MODIFIERS.has(press.key)) return "";
  const key = keyOf(press);
  const parts = [
    press.ctrlKey && "Ctrl",
    press.metaKey && "Meta",
    press.altKey && "Alt",
    press.shiftKey && "Shift",
    key,
  ];
  return parts.filter(Boolean).join("+");
}

/** Letters are those of the layout; with Alt or Shift, which may type another character, those on the key. */
function keyOf({ key, code, altKey, shiftKey }: KeyPress): string {
  if (key === " ") return "Space";
  if (key.length > 1) return key;
  if (altKey || shiftKey || !/^[a-z]$/i.test(key)) {
    const letter = /^[a-z]$/i.test(key) ? null : LETTER.exec(code)?.[1];
    const digit = DIGIT.exec(code)?.[1];
    return letter ?? digit ?? key.toUpperCase();
  }
  return key.toUpperCase();
}

export function commandOf(press: KeyPress, bindings: Bindings): Command | null {
  // AltGr types letters on many layouts; browsers say Ctrl and Alt of it on Windows.
  if (press.ctrlKey && press.altKey) return null;
  const name = nameOf(press);
  if (!name) return null;
  return COMMANDS.find((command) => bindings[command].includes(name)) ?? null;
}

/** Whether a key press can be a command: nothing that types a letter, edits or moves within the text. */
export function isUsable(press: KeyPress): boolean {
  const name = nameOf(press);
  if (!name || (press.ctrlKey && press.altKey)) return false;
  if (FUNCTION_KEY.test(press.key)) return true;
  const hasModifier = press.ctrlKey || press.metaKey || press.altKey;
  if (OF_TEXT.has(press.key)) return hasModifier;
  return hasModifier || press.key === "Escape" || press.key === "Enter";
}
