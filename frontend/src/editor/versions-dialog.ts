/** Earlier versions of the transcript, published or saved in this pass: what differs here, and the way back to one. */

import { html, nothing, type TemplateResult } from "lit";

import { call, CallError } from "../frame/calls";
import { formatMoment, parseTime } from "../frame/formats";
import { reasonOf } from "../frame/problems";
import { counted, text } from "../frame/texts";
import { icon } from "../parts/icons";
import { openDialog } from "./dialogs";
import { difference } from "./model/diff";
import { textOf, type ElementList } from "./model/elementlist";
import type { Script } from "./model/rows";
import type { EditorService } from "./service";
import { formatTime } from "./times";
import { wordDiff } from "./word-diff";

interface Version {
  readonly version: string;
  /** Empty for one that was saved in this pass. */
  readonly iwp_name: string;
}

interface Difference {
  readonly time: number;
  readonly before: string;
  readonly after: string;
}

const SHOWN = 300;

/** goBack: makes the transcript what the version is that it is given. */
export async function openVersions(
  job: string,
  service: EditorService,
  script: Script,
  goBack: (list: ElementList) => void,
): Promise<void> {
  let versions: readonly Version[] = [];
  let chosen = "";
  let found: ElementList | null = null;
  let problem = "";
  let redrawn: () => void = () => undefined;
  const compare = async (version: string): Promise<void> => {
    chosen = version;
    found = null;
    problem = "";
    redrawn();
    try {
      const isSaved = versions.find((each) => each.version === version)?.iwp_name === "";
      const read = isSaved ? service.readSaved(version) : readPublished(job, version);
      const list = await read;
      if (chosen === version) found = list;
    } catch (error) {
      problem = reasonOf(error);
    }
    redrawn();
  };
  void readVersions(job, service)
    .then((all) => {
      versions = all;
      const [latest] = versions;
      if (latest) void compare(latest.version);
      else redrawn();
    })
    .catch((error: unknown) => {
      problem = reasonOf(error);
      redrawn();
    });
  await openDialog("versions", text("edit.versionsTitle"), (close, redraw) => {
    redrawn = redraw;
    const list = found;
    const differences = list && differencesOf(list, script);
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
      ${differences ? differencesList(differences) : nothing}
      ${
        list && differences?.length
          ? html`<p>
              <button
                class="button"
                type="button"
                @click=${() => {
                  close();
                  goBack(list);
                }}
              >
                ${icon("undo")} ${text("edit.goBack")}
              </button>
            </p>`
          : nothing
      }`;
  });
}

/** The newest first; a reviewer of another account sees those that were saved alone. */
async function readVersions(job: string, service: EditorService): Promise<readonly Version[]> {
  const published = call<readonly Version[]>("job/list_elementlists", { job_id: job }).catch(
    (error: unknown) => {
      if (error instanceof CallError) return [];
      throw error;
    },
  );
  const [work, others] = await Promise.all([service.read(), published]);
  const saved = work.versions
    .filter((version) => version !== work.version)
    .map((version) => ({ version, iwp_name: "" }));
  return [...others, ...saved].sort((one, other) => (one.version < other.version ? 1 : -1));
}

function readPublished(job: string, version: string): Promise<ElementList> {
  return call<ElementList>("job/get_elementlist", { job_id: job, elementlist_version: version });
}

function label({ version, iwp_name }: Version): string {
  const time = parseTime(version);
  const name = iwp_name || text("edit.savedHere");
  return time ? `${name} · ${formatMoment(time)}` : name;
}

function differencesList(differences: readonly Difference[]): TemplateResult {
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
