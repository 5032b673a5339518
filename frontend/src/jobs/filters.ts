/** What a list of jobs is narrowed down to: kept in the page's address, so that reload and Back keep it. */

export interface Filters {
  readonly search: string;
  readonly status: string;
  readonly language: string;
  readonly due: "" | "late" | "today" | "week";
  readonly account: string;
  readonly page: number;
}

export const NO_FILTERS: Filters = { search: "", status: "", language: "", due: "", account: "", page: 1 };
export const PAGE_JOBS = 50;

const DUES: readonly string[] = ["late", "today", "week"];

export function filtersFrom(query: URLSearchParams): Filters {
  const due = query.get("due") ?? "";
  const page = Number(query.get("page") ?? 1);
  return {
    search: query.get("search") ?? "",
    status: query.get("status") ?? "",
    language: query.get("language") ?? "",
    due: DUES.includes(due) ? (due as Filters["due"]) : "",
    account: query.get("account") ?? "",
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

/** Writes the filters as a query, without those that are not set. */
export function queryOf(filters: Filters): string {
  const set = Object.entries(filters).filter(
    ([name, value]) => value !== NO_FILTERS[name as keyof Filters],
  ) as [string, string | number][];
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}

export function isNarrowed(filters: Filters): boolean {
  return queryOf({ ...filters, page: 1 }) !== "";
}

/** Returns the parameters of `job/list`. */
export function parametersOf(filters: Filters, now: Date): Record<string, unknown> {
  return {
    limit: PAGE_JOBS,
    offset: (filters.page - 1) * PAGE_JOBS,
    Username: filters.account || "*",
    ...(filters.search.trim() && { Search: filters.search.trim() }),
    ...(filters.status && { JobStatus: filters.status }),
    ...(filters.language && { Language: filters.language }),
    ...dueParameters(filters.due, now),
  };
}

function dueParameters(due: Filters["due"], now: Date): Record<string, unknown> {
  if (due === "") return {};
  if (due === "late") return { Overdue: true };
  const end = new Date(now.getFullYear(), now.getMonth(), now.getDate() + (due === "today" ? 1 : 7));
  const begin = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  return { DueDateFrom: begin.toISOString(), DueDateTo: new Date(end.getTime() - 1).toISOString() };
}
