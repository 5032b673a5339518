/** The passages of a transcript as elements, made a few hundred at a time so that the page stays quick. */

import { formatLength } from "../frame/formats";
import { text } from "../frame/texts";
import type { Kind, Passage, Piece } from "./passages";

const AT_ONCE = 250;

/** Fills a list; returns what stops it. Every item is there in the end, for find-in-page and screen readers. */
export function fillList(
  list: HTMLElement,
  passages: readonly Passage[],
  language: string,
  done: () => void,
): () => void {
  let next = 0;
  let frame = 0;
  list.replaceChildren();
  const some = (): void => {
    const end = Math.min(next + AT_ONCE, passages.length);
    const made = document.createDocumentFragment();
    for (; next < end; next += 1) {
      const passage = passages[next];
      if (passage) made.append(item(passage, next, language));
    }
    list.append(made);
    if (next < passages.length) frame = requestAnimationFrame(some);
    else done();
  };
  some();
  return () => cancelAnimationFrame(frame);
}

function item(passage: Passage, index: number, language: string): HTMLElement {
  const isDescription = passage.describedIn !== undefined;
  const made = element("li", isDescription ? "passage passage-describes" : "passage");
  const button = element("button", "passage-time number");
  const time = formatLength(Math.floor(passage.start / 1000));
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", text("job.playFrom", { time }));
  button.tabIndex = index === 0 ? 0 : -1; // arrow keys lead to the others
  button.textContent = time;
  made.append(button);
  if (passage.speaker) {
    const speaker = element("bdi", "passage-speaker");
    speaker.textContent = passage.speaker;
    made.append(speaker);
  }
  if (isDescription) {
    const mark = element("span", "described-mark");
    mark.textContent = text("player.describedRow");
    made.append(mark);
  }
  const words = element("p", "passage-text");
  words.dir = "auto";
  words.lang = passage.describedIn ?? language;
  words.append(...parts(passage));
  made.append(words);
  return made;
}

/** Ordinary words are joined, so that a passage has few nodes. */
function parts(passage: Passage): Node[] {
  const found: Node[] = [];
  let from = 0;
  const plain = (to: number): void => {
    if (to > from) found.push(document.createTextNode(passage.text.slice(from, to)));
    from = to;
  };
  for (const piece of passage.pieces) {
    if (piece.kind === "word") continue;
    plain(piece.at);
    found.push(marked(piece));
    from = piece.at + piece.text.length;
  }
  plain(passage.text.length);
  return found;
}

const TITLES: Readonly<Partial<Record<Kind, () => string>>> = {
  doubt: () => text("job.doubt"),
  missing: () => text("job.missing"),
};

function marked(piece: Piece): HTMLElement {
  const made = element("span", `passage-${piece.kind}`);
  made.textContent = piece.text;
  const title = TITLES[piece.kind]?.();
  if (title) made.title = title;
  return made;
}

function element(name: string, style: string): HTMLElement {
  const made = document.createElement(name);
  made.className = style;
  return made;
}
