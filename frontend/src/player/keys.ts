/** The keys of a player. */

import { STEP_S, type Actions } from "./bar";

const LONG_STEP_S = 60;

/**
 * Returns what a key does, if anything. For keys that are pressed in the player: single letters count only while
 * something in it has the focus (WCAG 2.2, 2.1.4).
 */
export function actionOfKey(
  event: KeyboardEvent,
  actions: Actions,
  duration: number,
): (() => void) | undefined {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return undefined;
  if (target.closest("dialog") || target instanceof HTMLSelectElement) return undefined;
  const keys: Readonly<Record<string, () => void>> = {
    k: actions.toggle,
    c: actions.toggleCaptions,
    d: actions.toggleDescription,
    m: actions.toggleMute,
    f: actions.toggleFullScreen,
    ...(!(target instanceof HTMLButtonElement) && { " ": actions.toggle }),
    ...(!target.matches(".player-volume") && {
      ArrowLeft: () => actions.skip(-STEP_S),
      ArrowDown: () => actions.skip(-STEP_S),
      ArrowRight: () => actions.skip(STEP_S),
      ArrowUp: () => actions.skip(STEP_S),
      PageDown: () => actions.skip(-LONG_STEP_S),
      PageUp: () => actions.skip(LONG_STEP_S),
      Home: () => actions.seek(0),
      End: () => actions.seek(duration),
    }),
  };
  return keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}
