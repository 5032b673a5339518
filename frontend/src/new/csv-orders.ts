/** Orders that come as a table: a recording a line, with what is ordered for it alone. */

import { text } from "../frame/texts";
import { webAddress } from "./chosen";
import { parseCsv } from "./csv";
import { FIDELITIES, type Offer, type Order } from "./order";

export interface CsvOrder {
  readonly line: number;
  /** An address, or the name of a file that is among the recordings. */
  readonly recording: URL | string;
  readonly name: string;
  readonly externalId: string;
  /** What is not as the form says. */
  readonly own: Partial<Order>;
}

export interface CsvOrders {
  readonly orders: readonly CsvOrder[];
  readonly problems: readonly CsvProblem[];
}

/** What is wrong, and in which line. */
export interface CsvProblem {
  readonly line: number;
  readonly explanation: string;
}

const RECORDING = "recording";
const COLUMNS = [
  RECORDING,
  "name",
  "external_id",
  "language",
  "fidelity",
  "priority",
  "speakers",
  "terms",
  "notes",
];
const MAX_ORDERS = 500;
const MAX_SPEAKERS = 99;

/** Reads the orders of a table, whose first row names its columns; lines that are wrong are left out. */
export function readCsvOrders(source: string, offer: Offer): CsvOrders {
  const [head, ...rows] = parseCsv(source);
  const columns = head?.cells.map((each) => each.toLowerCase()) ?? [];
  if (!columns.includes(RECORDING)) {
    return {
      orders: [],
      problems: [{ line: 1, explanation: text("new.csvHead", { columns: COLUMNS.join(", ") }) }],
    };
  }
  const unknown = columns.filter((each) => each && !COLUMNS.includes(each));
  const problems: CsvProblem[] = [];
  if (unknown.length) {
    problems.push({ line: 1, explanation: text("new.csvUnknown", { columns: unknown.join(", ") }) });
  }
  const orders: CsvOrder[] = [];
  for (const { line, cells } of rows) {
    if (orders.length === MAX_ORDERS) {
      problems.push({ line, explanation: text("new.csvMany", { line, most: MAX_ORDERS }) });
      break;
    }
    const values = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""]));
    const wrong = problemOf(values, offer);
    if (wrong) problems.push(problemOfLine(line, wrong));
    else orders.push(orderOf(values, line));
  }
  return { orders, problems };
}

export function problemOfLine(line: number, problem: string): CsvProblem {
  return { line, explanation: text("new.csvLine", { line, problem }) };
}

type Values = Readonly<Record<string, string>>;

function problemOf(values: Values, offer: Offer): string {
  if (!values[RECORDING]) return text("new.csvNoRecording");
  const languages = offer.detectsLanguage ? ["auto", ...offer.languages] : offer.languages;
  const fidelities = offer.isReviewed ? FIDELITIES.map(([name]) => name) : ["MECHANICAL"];
  const choices: readonly (readonly [string, readonly string[]])[] = [
    ["language", languages],
    ["fidelity", fidelities],
    ["priority", offer.priorities.map(([name]) => name)],
  ];
  for (const [name, known] of choices) {
    const value = values[name] ?? "";
    if (value && !known.some((each) => each.toLowerCase() === value.toLowerCase())) {
      return text("new.csvChoice", { column: name, value, known: known.join(", ") });
    }
  }
  const speakers = values.speakers ?? "";
  if (speakers && !(/^\d{1,2}$/.test(speakers) && Number(speakers) > 0)) {
    return text("new.csvSpeakers", { value: speakers, most: MAX_SPEAKERS });
  }
  return "";
}

function orderOf(values: Values, line: number): CsvOrder {
  const given = values[RECORDING] ?? "";
  const own = {
    language: values.language?.toLowerCase(),
    fidelity: values.fidelity?.toUpperCase(),
    priority: values.priority?.toUpperCase(),
    speakers: values.speakers,
    terms: values.terms?.replaceAll("|", "\n"),
    notes: values.notes,
  };
  return {
    line,
    recording: /^https?:/i.test(given) ? (webAddress(given) ?? given) : given,
    name: values.name ?? "",
    externalId: values.external_id ?? "",
    own: Object.fromEntries(Object.entries(own).filter(([, value]) => value)),
  };
}
