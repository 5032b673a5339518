/**
 * What scripts add to the pages of links to a job, which work without them: the player of the application, and a
 * transcript that follows it and is sought in.
 */

import { pageData } from "../frame/page";
import { recall, remember } from "../frame/remembered";
import { text } from "../frame/texts";
import { Player } from "../player/player";

interface SharedData {
  readonly job: string;
  readonly label: string;
  /** Path of the captions, as WebVTT; empty where there are none yet. */
  readonly captions: string;
  readonly language: string;
}

interface Paragraph {
  readonly start: number;
  readonly element: HTMLElement;
}

/** As the transcripts of the application remember it. */
const DESCRIPTIONS = "descriptions";
const data = pageData() as SharedData;
const words = document.querySelector<HTMLElement>(".shared-transcript");

function playerOf(shared: SharedData): Player {
  const player = new Player();
  player.job = shared.job;
  player.label = shared.label;
  player.language = shared.language;
  return player;
}

/** Gives the player its captions. Without them it plays all the same. */
async function addCaptions(player: Player): Promise<void> {
  if (!data.captions) return;
  try {
    const response = await fetch(data.captions, { credentials: "same-origin" });
    if (response.ok) player.captions = await response.text();
  } catch {
    // The network is away: the words are beside the player.
  }
}

/** Makes the times of the paragraphs buttons that seek. */
function paragraphsOf(player: Player): readonly Paragraph[] {
  return Array.from(document.querySelectorAll<HTMLElement>("[data-start]"), (element) => {
    const start = Number(element.dataset.start);
    const time = element.querySelector(".shared-time");
    if (time) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain shared-time";
      button.textContent = time.textContent;
      button.dir = "ltr";
      button.addEventListener("click", () => {
        player.seek(start);
        player.play();
      });
      time.replaceWith(button);
    }
    return { start, element };
  });
}

/** Marks the paragraph that is heard, and keeps it in sight where the transcript scrolls by itself. */
function follow(player: Player, paragraphs: readonly Paragraph[]): void {
  let current: HTMLElement | undefined;
  player.addEventListener("playertime", () => {
    const heard = paragraphs.findLast(
      ({ start, element }) => start <= player.time && !element.hidden,
    )?.element;
    if (heard === current) return;
    current?.removeAttribute("aria-current");
    heard?.setAttribute("aria-current", "true");
    current = heard;
    if (!heard || !words || words.scrollHeight <= words.clientHeight) return;
    words.scrollTop = heard.offsetTop - words.offsetTop - words.clientHeight / 3;
  });
}

/** Adds the switch that hides what describes the picture, where something does. */
function addSwitch(): void {
  const described = document.querySelectorAll<HTMLElement>(".shared-described");
  const title = words?.querySelector("h2");
  if (!described.length || !title) return;
  const button = document.createElement("button");
  const show = (shows: boolean): void => {
    button.setAttribute("aria-pressed", String(shows));
    for (const each of described) each.hidden = !shows;
  };
  button.type = "button";
  button.className = "button button-quiet shared-switch";
  button.textContent = text("player.describedRows");
  button.addEventListener("click", () => {
    const shows = button.getAttribute("aria-pressed") !== "true";
    remember(DESCRIPTIONS, shows);
    show(shows);
  });
  show(recall(DESCRIPTIONS) !== false);
  title.after(button);
}

const stage = document.querySelector(".shared-player");
if (stage) {
  const player = playerOf(data);
  void addCaptions(player);
  follow(player, paragraphsOf(player));
  addSwitch();
  stage.replaceChildren(player);
}
