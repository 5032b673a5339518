/** How a person plays recordings, remembered. */

import { recall, remember } from "../frame/remembered";
import { RATES } from "./bar";

const NAME = "player";

export interface Habits {
  readonly rate: number;
  readonly volume: number;
  readonly isMuted: boolean;
  readonly showsCaptions: boolean;
  /** Whether the picture is described. */
  readonly describes: boolean;
}

export function rememberedHabits(): Habits {
  const kept = (recall(NAME) ?? {}) as Partial<Habits>;
  return {
    rate: RATES.includes(kept.rate ?? 0) ? (kept.rate ?? 1) : 1,
    volume: typeof kept.volume === "number" && kept.volume >= 0 && kept.volume <= 1 ? kept.volume : 1,
    isMuted: kept.isMuted === true,
    showsCaptions: kept.showsCaptions !== false,
    describes: kept.describes === true,
  };
}

export function rememberHabits(habits: Habits): void {
  remember(NAME, habits);
}
