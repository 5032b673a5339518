/** What every page says of a recording that cannot be played, not yet, or not all of it. */

import { formatDay, parseTime } from "../frame/formats";
import { text, textOf } from "../frame/texts";
import type { Media } from "./media";

export interface Saying {
  readonly words: string;
  /** In the server's own words, in English; empty where there are none. */
  readonly reason: string;
}

/** Returns null where everything can be played; a job that is gone has no recording (null). */
export function sayingOf(media: Media | null): Saying | null {
  const state = media?.state ?? "none";
  if (media && state === "playable") {
    if (!media.sound_only) return null;
    return {
      words: text(media.preparing ? "media.soundFirst" : "media.soundAlone"),
      reason: media.refused ?? "",
    };
  }
  if (media && state === "erased") {
    const at = parseTime(media.erased ?? undefined);
    return { words: text("media.erased", { date: at ? formatDay(at) : "" }), reason: "" };
  }
  return { words: textOf("media", state), reason: media?.refused ?? "" };
}
