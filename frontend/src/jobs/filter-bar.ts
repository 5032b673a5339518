import { html, nothing, type TemplateResult } from "lit";

import { languageChoices } from "../frame/formats";
import { text } from "../frame/texts";
import { icon } from "../parts/icons";
import type { Filters } from "./filters";
import { STATUSES, statusName } from "./job";

export interface Choices {
  readonly languages: readonly string[];
  readonly accounts: readonly string[];
}

type Change = (changed: Partial<Filters>) => void;

export function filterBar(filters: Filters, choices: Choices, change: Change): TemplateResult {
  const languages = languageChoices(choices.languages);
  return html`<search class="filters">
    <div class="field search">
      <label for="search">${text("jobs.search")}</label>
      ${icon("search")}
      <input
        id="search"
        type="search"
        autocomplete="off"
        maxlength="200"
        placeholder=${text("jobs.searchHint")}
        .value=${filters.search}
        @input=${(event: Event) => change({ search: (event.target as HTMLInputElement).value })}
      />
    </div>
    ${choice("status", text("jobs.state"), filters.status, change, [
      ["", text("jobs.anyState")],
      ...STATUSES.map((status) => [status, statusName(status)] as const),
    ])}
    ${choice("language", text("jobs.language"), filters.language, change, [
      ["", text("jobs.anyLanguage")],
      ...languages,
    ])}
    ${choice("due", text("jobs.due"), filters.due, change, [
      ["", text("jobs.anyDue")],
      ["late", text("jobs.overdue")],
      ["today", text("jobs.today")],
      ["week", text("jobs.week")],
    ])}
    ${
      choices.accounts.length > 1
        ? choice("account", text("jobs.account"), filters.account, change, [
            ["", text("jobs.anyAccount")],
            ...choices.accounts.map((name) => [name, name] as const),
          ])
        : nothing
    }
  </search>`;
}

function choice(
  name: keyof Filters,
  label: string,
  chosen: string,
  change: Change,
  options: readonly (readonly [string, string])[],
): TemplateResult {
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <select
      id=${name}
      @change=${(event: Event) => change({ [name]: (event.target as HTMLSelectElement).value })}
    >
      ${options.map(
        ([value, shown]) => html`<option value=${value} ?selected=${value === chosen}>${shown}</option>`,
      )}
    </select>
  </div>`;
}
