/**
 * Marks in the text of rows, painted without elements in it (CSS Custom Highlight API), so that nothing stands between
 * the letters that somebody types. A browser without it shows none.
 */

export type Mark = "doubtful" | "found" | "spoken" | "sound";

/** What the DOM's types of this language version leave out: a set of ranges. */
interface RangeSet {
  add(range: AbstractRange): unknown;
  delete(range: AbstractRange): boolean;
  clear(): void;
}

const known = new Map<Mark, RangeSet>();

function highlightOf(mark: Mark): RangeSet | null {
  if (!("highlights" in CSS) || typeof Highlight === "undefined") return null;
  const found = known.get(mark);
  if (found) return found;
  const highlight = new Highlight();
  CSS.highlights.set(mark, highlight);
  const set = highlight as unknown as RangeSet;
  known.set(mark, set);
  return set;
}

/** Marks a part of a text; returns what takes the mark away. */
export function mark(kind: Mark, text: Text, from: number, to: number): () => void {
  const highlight = highlightOf(kind);
  if (!highlight || to > text.length) return () => undefined;
  // A live range would be kept up to date at each letter, all over the page.
  const range = new StaticRange({
    startContainer: text,
    startOffset: from,
    endContainer: text,
    endOffset: to,
  });
  highlight.add(range);
  return () => void highlight.delete(range);
}

export function clearMarks(kind: Mark): void {
  known.get(kind)?.clear();
}
