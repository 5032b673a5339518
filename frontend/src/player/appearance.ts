/** How a person wants captions to look, remembered (47 CFR 79.103 names what must be theirs to choose). */

import { recall, remember } from "../frame/remembered";
import type { Key } from "../frame/texts";

const NAME = "captions";

export interface Appearance {
  readonly size: string;
  readonly font: string;
  readonly color: string;
  readonly opacity: string;
  readonly background: string;
  readonly backgroundOpacity: string;
  readonly edge: string;
}

export type Trait = keyof Appearance;

const COLORS: Readonly<Record<string, string>> = {
  white: "255 255 255",
  yellow: "255 255 0",
  green: "0 255 0",
  cyan: "0 255 255",
  blue: "0 0 255",
  magenta: "255 0 255",
  red: "255 0 0",
  black: "0 0 0",
};
const FONTS: Readonly<Record<string, string>> = {
  sans: "system-ui, sans-serif",
  serif: "Georgia, 'Noto Serif', serif",
  mono: "ui-monospace, 'DejaVu Sans Mono', monospace",
  monoSerif: "'Courier New', 'Nimbus Mono PS', monospace",
  casual: "'Comic Sans MS', 'Comic Neue', fantasy",
  cursive: "'Snell Roundhand', 'Segoe Script', cursive",
  capitals: "system-ui, sans-serif",
};
const EDGES: Readonly<Record<string, string>> = {
  none: "none",
  shadow: "0.08em 0.08em 0.12em #000",
  raised: "0.04em 0.04em 0 #555, 0.08em 0.08em 0 #222",
  depressed: "-0.04em -0.04em 0 #222, 0.04em 0.04em 0 #999",
  outline: "0.06em 0 0 #000, -0.06em 0 0 #000, 0 0.06em 0 #000, 0 -0.06em 0 #000",
};
const SIZES = ["50", "75", "100", "125", "150", "200", "300"];
const OPACITIES = ["0", "25", "50", "75", "100"];

/** What may be chosen of each trait. */
export const CHOICES: Readonly<Record<Trait, readonly string[]>> = {
  size: SIZES,
  font: Object.keys(FONTS),
  color: Object.keys(COLORS),
  opacity: OPACITIES.slice(1),
  background: Object.keys(COLORS),
  backgroundOpacity: OPACITIES,
  edge: Object.keys(EDGES),
};
export const LABELS: readonly (readonly [trait: Trait, label: Key])[] = [
  ["size", "player.size"],
  ["font", "player.font"],
  ["color", "player.color"],
  ["opacity", "player.opacity"],
  ["background", "player.background"],
  ["backgroundOpacity", "player.backgroundOpacity"],
  ["edge", "player.edge"],
];

export const USUAL: Appearance = {
  size: "100",
  font: "sans",
  color: "white",
  opacity: "100",
  background: "black",
  backgroundOpacity: "75",
  edge: "none",
};

export function rememberedAppearance(): Appearance {
  const kept = (recall(NAME) ?? {}) as Readonly<Record<string, unknown>>;
  const known = LABELS.filter(([trait]) => CHOICES[trait].includes(String(kept[trait])));
  return { ...USUAL, ...Object.fromEntries(known.map(([trait]) => [trait, String(kept[trait])])) };
}

export function rememberAppearance(appearance: Appearance): void {
  remember(NAME, appearance);
}

/** Returns the declarations of a style sheet for text that looks like this, without its size. */
function declarations(appearance: Appearance): string {
  return [
    `font-family: ${FONTS[appearance.font] ?? "sans-serif"}`,
    `font-variant-caps: ${appearance.font === "capitals" ? "small-caps" : "normal"}`,
    `color: ${shade(appearance.color, appearance.opacity)}`,
    `background: ${shade(appearance.background, appearance.backgroundOpacity)}`,
    `text-shadow: ${EDGES[appearance.edge] ?? "none"}`,
  ].join("; ");
}

function shade(color: string, opacity: string): string {
  return `rgb(${COLORS[color] ?? "0 0 0"} / ${opacity}%)`;
}

/** The one style sheet of all players of the page: a rule for a property of the page could not reach `::cue`. */
const sheet = new CSSStyleSheet();

/** Has the captions of the page's players, and the preview, look like this. */
export function applyAppearance(appearance: Appearance): void {
  const text = declarations(appearance);
  const size = Number(appearance.size) / 100;
  sheet.replaceSync(
    `.player-video::cue { ${text}; font-size: ${size * 100}% }\n` +
      `.caption-preview span { ${text}; font-size: ${size * 1.125}rem }`,
  );
  if (!document.adoptedStyleSheets.includes(sheet)) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
}
