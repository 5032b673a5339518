/** What can be done with the current row, as a menu at its end; it goes with the focus from row to row. */

import { text, textOf } from "../frame/texts";
import type { IconName } from "../parts/icons";
import { Menu, type MenuItem } from "../parts/menu";
import type { Command } from "./model/keys";
import type { RowView } from "./row-view";

const ITEMS: readonly (readonly [Command, IconName])[] = [
  ["listen", "ear"],
  ["loop", "loop"],
  ["speaker", "person"],
  ["insert", "rowPlus"],
  ["merge", "merge"],
  ["remove", "trash"],
];

export class RowMenu {
  private readonly element = new Menu();

  constructor(run: (command: Command) => void, canListen: boolean) {
    this.element.className = "row-menu";
    this.element.label = text("edit.rowMore");
    this.element.items = ITEMS.filter(([command]) => canListen || command !== "listen").map(
      ([command, icon]): MenuItem => ({
        label: textOf("edit.command", command),
        icon,
        isDangerous: command === "remove",
        action: () => run(command),
      }),
    );
  }

  showAt(view: RowView | null): void {
    if (!view || this.element.parentElement === view.element) return;
    this.element.parentElement?.classList.remove("row-current");
    view.element.classList.add("row-current");
    view.element.append(this.element);
  }
}
