/** The published versions of the transcript, and what differs from them here, word by word. */

import { html, nothing, type TemplateResult } from "lit";

import { call } from "../frame/calls";
import { formatMoment, parseTime } from "../frame/formats";
import { reasonOf } from "../frame/problems";
import { counted, text } from "../frame/texts";
import { openDialog } from "./dialogs";
import { difference } from "./model/diff";
import { textOf, type ElementList } from "./model/elementlist";
import type { Script } from "./model/rows";
import { formatTime } from "./times";
import { wordDiff } from "./word-diff";

interface Version {
  readonly version: string;
  readonly iwp_name: string;
}

interface Difference {
  readonly time: number;
  readonly before: string;
  readonly after: string;
}

const SHOWN = 300;

export async function openVersions(job: string, script: Script): Promise<void> {
  let versions: readonly Version[] = [];
  let chosen = "";
  let differences: readonly Difference[] | null = null;
  let problem = "";
  let redrawn: () => void = () => undefined;
  const compare = async (version: string): Promise<void> => {
    chosen = version;
    differences = null;
    problem = "";
    redrawn();
    try {
      const list = await call<ElementList>("job/get_elementlist", {
        job_id: job,
        elementlist_version: version,
      });
      if (chosen === version) differences = differencesOf(list, script);
    } catch (error) {
      problem = reasonOf(error);
    }
    redrawn();
  };
  void call<readonly Version[]>("job/list_elementlists", { job_id: job })
    .then((found) => {
      versions = [...found].reverse();
      const [latest] = versions;
      if (latest) void compare(latest.version);
      else redrawn();
    })
    .catch((error: unknown) => {
      problem = reasonOf(error);
      redrawn();
    });
  await openDialog("versions", text("edit.versionsTitle"), (_, redraw) => {
    redrawn = redraw;
    return html`<p>${text("edit.versionsText")}</p>
      <label class="field"
        ><span class="field-label">${text("edit.version")}</span
        ><select @change=${(event: Event) => void compare((event.target as HTMLSelectElement).value)}>
          ${versions.map((each) => html`<option value=${each.version} ?selected=${each.version === chosen}>${label(each)}</option>`)}
        </select></label
      >
      <p role="status" class="small">
        ${problem || (differences ? counted("edit.rowsDiffer", differences.length) : nothing)}
      </p>
      ${differences ? list(differences) : nothing}`;
  });
}

function label({ version, iwp_name }: Version): string {
  const time = parseTime(version);
  return time ? `${iwp_name} · ${formatMoment(time)}` : iwp_name;
}

function list(differences: readonly Difference[]): TemplateResult {
  return html`<ul class="version-list" tabindex="0" aria-label=${text("edit.versionsTitle")}>
    ${differences
      .slice(0, SHOWN)
      .map(
        ({ time, before, after }) =>
          html`<li><span class="number soft">${formatTime(time)}</span> ${wordDiff(before, after)}</li>`,
      )}
  </ul>`;
}

/** Returns the parts in which a list and the script differ; rows that were divided or joined are compared together. */
function differencesOf(list: ElementList, script: Script): Difference[] {
  const [old, fresh] = [list.segments.map(textOf), script.rows.map((row) => textOf(row.segment))];
  return difference(old, fresh)
    .map((hunk) => ({
      time: (script.rows[hunk.after]?.segment ?? list.segments[hunk.before])?.start_time ?? 0,
      before: old.slice(hunk.before, hunk.before + hunk.removed).join(" "),
      after: fresh.slice(hunk.after, hunk.after + hunk.added).join(" "),
    }))
    .filter(({ before, after }) => before !== after);
}
