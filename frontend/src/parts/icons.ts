/** Icons, of 24 units a side; all of them are decoration beside a text or a label. */

import { svg, type SVGTemplateResult } from "lit";

const PATHS = {
  alert:
    "M12 8v5m0 3.5v.01M10.3 3.9 2.4 17.6A2 2 0 0 0 4.1 20.6h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z",
  appearance: "M4 19 9.5 5h1L16 19M6 14.5h8M17.5 19v-6m0 2.5c0-1.5 1-2.5 3-2.5",
  back: "M11 7 5.5 12 11 17M18.5 7 13 12l5.5 5",
  captions:
    "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Zm5.5 5.6a2 2 0 1 0 0 2.8m7-2.8a2 2 0 1 0 0 2.8",
  check: "m5 12.5 4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6 6 18",
  described:
    "M2.5 16 6 8h.5L10 16M3.8 13.4h4.9M12.5 8v8H14a4 4 0 0 0 0-8h-1.5ZM20 9.7a4 4 0 0 1 0 4.6m2.1-7.1a8 8 0 0 1 0 9.6",
  down: "m6 9.5 6 6 6-6",
  download: "M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5M5 20h14",
  ear: "M7.5 9.5a5 5 0 1 1 9.6 2c-.8 1.9-2.6 2.6-3.1 5-.5 2.5-1.7 4-3.6 4a3 3 0 0 1-3-3M10.3 10a2.2 2.2 0 1 1 3.9 1.4c-.9 1-1.9 1.6-1.9 3.1",
  edit: "m4 20 1-4.5L16.5 4a2 2 0 0 1 3 0l.5.5a2 2 0 0 1 0 3L8.5 19 4 20Zm10.5-14 3.5 3.5",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5m11-5v5h-5",
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5",
  follow: "M4 7h10M4 12h7M4 17h10m4-3.5V6m0 7.5-2.5-2.5m2.5 2.5 2.5-2.5M18 18v.01",
  forward: "m13 7 5.5 5-5.5 5M5.5 7 11 12l-5.5 5",
  keyboard:
    "M4 6h16a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 20 18H4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 6Zm2.5 4v.01M10 10v.01M14 10v.01M17.5 10v.01M8 14h8",
  left: "m14.5 6-6 6 6 6",
  link: "M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1.5-1.5",
  loop: "M17 3.5 20 6.5l-3 3M4 12V9.5a3 3 0 0 1 3-3h13M7 20.5l-3-3 3-3M20 12v2.5a3 3 0 0 1-3 3H4",
  merge: "M12 3v6m0 0L9 6m3 3 3-3M12 21v-6m0 0-3 3m3-3 3 3M4 12h16",
  more: "M12 6v.01M12 12v.01M12 18v.01",
  muted: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4Zm12 .5 4.5 4.5m0-4.5L16 14.5",
  pause: "M9 6v12M15 6v12",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8.5a7 7 0 0 1 14 0",
  play: "M8 5.5v13l10.5-6.5L8 5.5Z",
  plus: "M12 5v14M5 12h14",
  redo: "M15 5.5 19.5 10 15 14.5M19 10H9.5a5 5 0 0 0 0 10H12",
  retry: "M20 12a8 8 0 1 1-2.6-5.9M20 4v4.5h-4.5",
  rowPlus: "M4 6h16M4 11h16M12 14.5v6M9 17.5h6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  shrink: "M9 4v5H4m11-5v5h5M9 20v-5H4m11 5v-5h5",
  split: "M12 9V3m0 0L9 6m3-3 3 3M12 15v6m0 0-3-3m3 3 3-3M4 12h16",
  trash:
    "M4 7h16M9 7V4.5h6V7m-8.5 0 .8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 11v5.5M14 11v5.5",
  undo: "M9 5.5 4.5 10 9 14.5M5 10h9.5a5 5 0 0 1 0 10H12",
  up: "m6 14.5 6-6 6 6",
  upload: "M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 20h14",
  versions: "M12 7v5.5l3.5 2M12 20.5a8.5 8.5 0 1 0-8.2-6.3M3.5 20v-5.8h5.8",
  volume: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5H4Zm11.5-.8a5 5 0 0 1 0 6.6m2.6-9.3a8.7 8.7 0 0 1 0 12",
  wave: "M3 12h1.5M7 8.5v7M10.5 5v14M14 9v6M17.5 6.5v11M21 12h-.5",
  zip: "M5 4h14v16H5V4Zm7 0v2m0 2v2m0 2v2m-1.5 2h3v2.5h-3V16Z",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName, size = 18): SVGTemplateResult {
  const width = name === "more" ? 3 : 1.8;
  return svg`<svg width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true" fill="none"
    stroke="currentColor" stroke-width=${width} stroke-linecap="round" stroke-linejoin="round"
    ><path d=${PATHS[name]}></path></svg>`;
}
