/** The sheet of keys: which there are, whose profile, and others in their place. */

import { html, nothing, type TemplateResult } from "lit";

import { recall, remember } from "../frame/remembered";
import { text, textOf } from "../frame/texts";
import { openDialog } from "./dialogs";
import {
  bindingsOf,
  COMMANDS,
  isUsable,
  nameOf,
  PROFILES,
  type Bindings,
  type Command,
  type Profile,
} from "./model/keys";

interface Chosen {
  readonly profile: Profile;
  readonly keys: Partial<Bindings>;
}

const NAME = "editor-keys";
export const isMac = /^Mac|^iP/.test(navigator.platform);

function chosen(): Chosen {
  const found = recall(NAME) as Partial<Chosen> | undefined;
  const profile = PROFILES.find((each) => each === found?.profile) ?? "scribedock";
  return { profile, keys: found?.keys ?? {} };
}

/** The keys that count for the signed-in person in this browser. */
export function currentBindings(): Bindings {
  const { profile, keys } = chosen();
  return bindingsOf(profile, keys, isMac);
}

/** A key as the person's keyboard calls it. */
export function keyLabel(name: string): string {
  const parts = name.split("+").map((part) => textOf("edit.key", part));
  return parts.join(isMac ? " " : "+");
}

/** Keys for the attribute aria-keyshortcuts, which has names of its own. */
export function ariaKeys(keys: readonly string[]): string {
  return keys.map((key) => key.replace("Ctrl", "Control")).join(" ");
}

export async function openKeys(changed: () => void): Promise<void> {
  let awaiting: Command | null = null;
  let problem = "";
  const keep = (next: Chosen): void => {
    remember(NAME, next);
    changed();
  };
  await openDialog("keys", text("edit.keysTitle"), (_, redraw) => {
    const { profile, keys } = chosen();
    const bindings = currentBindings();
    const take = (event: KeyboardEvent, command: Command): void => {
      if (awaiting !== command || event.key === "Tab") return;
      event.preventDefault();
      event.stopPropagation();
      const name = nameOf(event);
      if (!name) return;
      const other = COMMANDS.find((each) => each !== command && bindings[each].includes(name));
      if (!isUsable(event)) problem = text("edit.keyUnusable", { key: keyLabel(name) });
      else if (other)
        problem = text("edit.keyTaken", { key: keyLabel(name), command: textOf("edit.command", other) });
      else {
        problem = "";
        awaiting = null;
        keep({ profile, keys: { ...keys, [command]: [name] } });
      }
      redraw();
    };
    return html`<p>${text("edit.keysText")}</p>
      <div class="keys-profile">
        <label class="field"
          ><span class="field-label">${text("edit.profile")}</span
          ><select
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              keep({ profile: PROFILES.find((each) => each === value) ?? "scribedock", keys: {} });
              redraw();
            }}
          >
            ${PROFILES.map(
              (each) =>
                html`<option value=${each} ?selected=${each === profile}>
                  ${textOf("edit.profile", each)}
                </option>`,
            )}
          </select></label
        >
      </div>
      <p class="keys-problem" role="status">${problem}</p>
      <table class="keys-table">
        <thead>
          <tr>
            <th scope="col">${text("edit.commandHead")}</th>
            <th scope="col">${text("edit.keyHead")}</th>
            <th scope="col"><span class="unseen">${text("edit.changeKey")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${COMMANDS.map((command) =>
            keyRow(command, bindings, awaiting === command, take, () => {
              awaiting = awaiting === command ? null : command;
              problem = "";
              redraw();
            }),
          )}
        </tbody>
      </table>
      <p class="small">${text("edit.keysPedal")}</p>`;
  });
}

function keyRow(
  command: Command,
  bindings: Bindings,
  isAwaiting: boolean,
  take: (event: KeyboardEvent, command: Command) => void,
  toggle: () => void,
): TemplateResult {
  const name = textOf("edit.command", command);
  return html`<tr>
    <td>${name}</td>
    <td>${bindings[command].map((key) => html`<kbd>${keyLabel(key)}</kbd> `)}</td>
    <td>
      <button
        class="button button-quiet"
        type="button"
        aria-pressed=${isAwaiting}
        @keydown=${(event: KeyboardEvent) => take(event, command)}
        @click=${toggle}
      >
        ${isAwaiting ? text("edit.pressKey") : text("edit.change")}<span class="unseen"> ${name}</span>
      </button>
      ${isAwaiting ? html`<span class="unseen" role="status">${text("edit.pressKey")}</span>` : nothing}
    </td>
  </tr>`;
}
