/** Marks in a transcript that leave its elements and the selection alone (CSS Custom Highlight API). */

/** Marks these ranges and no others under the name; does nothing in browsers that cannot. */
export function mark(name: string, ranges: readonly Range[]): void {
  if (!("highlights" in CSS)) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

/** Returns the range of a part of an element's text; null where it has no such part. */
export function rangeOf(element: Element, from: number, to: number): Range | null {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let passed = 0;
  let hasBegun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (!hasBegun && from < passed + length) {
      range.setStart(node, from - passed);
      hasBegun = true;
    }
    if (hasBegun && to <= passed + length) {
      range.setEnd(node, to - passed);
      return range;
    }
    passed += length;
  }
  return null;
}

/** Returns the place in the element's text that is at a point of the window; null where none is. */
export function placeAt(element: Element, x: number, y: number): number | null {
  const found = caretAt(x, y);
  if (!found || !element.contains(found.node)) return null;
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(found.node, found.offset);
  return range.toString().length;
}

function caretAt(x: number, y: number): { readonly node: Node; readonly offset: number } | null {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  // Safari, and Chromium before 128.
  const range = (
    document as unknown as { caretRangeFromPoint: (x: number, y: number) => Range | null }
  ).caretRangeFromPoint(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
}
