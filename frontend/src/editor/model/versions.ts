/** Going back to an earlier version, as one edit that can be undone. */

import { difference } from "./diff";
import { textOf, type ElementList, type Segment } from "./elementlist";
import { rowsOf, type Edit, type RowIds, type Script } from "./rows";

/** What is the same in two segments of which nothing was edited. */
function keyOf(segment: Segment): string {
  const { start_time: start, end_time: end, speaker_id: speaker } = segment;
  return JSON.stringify([textOf(segment), start, end, speaker ?? null]);
}

/** Returns the edit that makes the script what the list is; rows that are alike stay. */
export function backTo(script: Script, list: ElementList, ids: RowIds): Edit {
  const now = script.rows.map((row) => keyOf(row.segment));
  const exchanges = difference(now, list.segments.map(keyOf)).map((hunk) => ({
    anchor: script.rows[hunk.before - 1]?.id ?? null,
    before: script.rows.slice(hunk.before, hunk.before + hunk.removed),
    after: rowsOf(list.segments.slice(hunk.after, hunk.after + hunk.added), ids),
  }));
  const named = list.speakers.map((speaker) => speaker.id);
  const speakers = [...list.speakers, ...script.speakers.filter((each) => !named.includes(each.id))];
  const isSame = JSON.stringify(speakers) === JSON.stringify(script.speakers);
  return { exchanges, ...(!isSame && { speakers: { before: script.speakers, after: speakers } }) };
}
