/** What is ordered for recordings: the form's values, remembered, and what they make of calls. */

import { recall, remember } from "../frame/remembered";
import type { Key } from "../frame/texts";

/** What the server can do, and how long each priority takes at the latest. */
export interface Offer {
  readonly languages: readonly string[];
  readonly detectsLanguage: boolean;
  /** The slowest first. */
  readonly priorities: readonly (readonly [name: string, hours: number])[];
  /** Whether people review here: orders of more than the recognizer's work are then kept. */
  readonly isReviewed: boolean;
  readonly maxBytes: number;
}

export interface Order {
  readonly language: string;
  readonly fidelity: string;
  readonly priority: string;
  readonly speakers: string;
  readonly terms: string;
  readonly notes: string;
}

export const FIDELITIES: readonly (readonly [name: string, label: Key, hint: Key])[] = [
  ["MECHANICAL", "new.mechanical", "new.mechanicalHint"],
  ["PREMIUM", "new.premium", "new.premiumHint"],
  ["PROFESSIONAL", "new.professional", "new.professionalHint"],
];
/** What the API takes. */
export const MAX_NOTES = 1000;
export const MAX_TERMS = 20_000;

const NAME = "order";

/** Returns what was ordered last, as far as the server still offers it. */
export function firstOrder(offer: Offer): Order {
  const last = (recall(NAME) ?? {}) as Partial<Order>;
  const languages = offer.detectsLanguage ? ["auto", ...offer.languages] : offer.languages;
  const english = languages.includes("en") ? "en" : (languages[0] ?? "en");
  const priorities = offer.priorities.map(([name]) => name);
  const usual = priorities.includes("STANDARD") ? "STANDARD" : (priorities[0] ?? "STANDARD");
  return {
    language: among(languages, last.language) ?? (offer.detectsLanguage ? "auto" : english),
    fidelity:
      (offer.isReviewed &&
        among(
          FIDELITIES.map(([name]) => name),
          last.fidelity,
        )) ||
      "MECHANICAL",
    priority: among(priorities, last.priority) ?? usual,
    speakers: "",
    terms: last.terms ?? "",
    notes: last.notes ?? "",
  };
}

function among(known: readonly string[], value: string | undefined): string | undefined {
  return value !== undefined && known.includes(value) ? value : undefined;
}

export function rememberOrder(order: Order): void {
  remember(NAME, { ...order, speakers: "" });
}

/** Returns when what is ordered now is due at the latest. */
export function dueOf(order: Order, offer: Offer, now: Date): Date {
  const hours = offer.priorities.find(([name]) => name === order.priority)?.[1] ?? 48;
  return new Date(now.getTime() + hours * 3600 * 1000);
}

export function orderParameters(job: string, order: Order): Record<string, unknown> {
  return {
    job_id: job,
    transcription_fidelity: order.fidelity,
    priority: order.priority,
    ...(order.notes.trim() && { options: { notes: order.notes.trim() } }),
  };
}

export function jobParameters(
  { name, externalId }: { readonly name: string; readonly externalId: string },
  order: Order,
): Record<string, unknown> {
  return {
    job_name: name,
    ...(externalId && { external_id: externalId }),
    language: order.language,
    ...(order.speakers && { expected_speakers: order.speakers }),
  };
}
