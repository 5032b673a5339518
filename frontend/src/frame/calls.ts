/** The calls of the API, made as the signed-in person. */

import { page } from "./page";

export type Parameters = Readonly<Record<string, unknown>>;

/** The server refused a call: its own words, in English. */
export class CallError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    comment: string,
  ) {
    super(comment);
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

/** The session has ended: nothing more can be done before another sign-in. */
export class SignedOut extends Error {}

export const SIGNED_OUT = "scribedock-signed-out";
/** A call has been made that keeps the session alive. */
export const ACTIVE = "scribedock-active";

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Whether the page calls by itself, which must not keep the session alive. */
  readonly isBackground?: boolean;
  /** Sent as the body; the parameters then are in the query. */
  readonly file?: Blob;
}

/** Makes a call and returns its answer unread. Throws CallError, Unreachable, SignedOut, AbortError. */
export async function answerOf(
  name: string,
  parameters: Parameters,
  options: CallOptions = {},
): Promise<Response> {
  return send(urlOf(name, options.file ? parameters : {}), options, {
    method: "POST",
    headers: {
      "X-CSRF-Token": page.csrf,
      "Content-Type": options.file ? "application/octet-stream" : "application/json",
    },
    body: options.file ?? JSON.stringify({ v: "1", ...parameters }),
  });
}

/** Reads what the server says at a path of the pages, which begins with `/web`. Throws as answerOf does. */
export async function readPage<Answer>(path: string, options: CallOptions = {}): Promise<Answer> {
  const response = await send(`${page.base}${path}`, options, { method: "GET", headers: {} });
  return (await response.json()) as Answer;
}

/** Keeps the session alive, or, in the background, only says whether it is. Throws as answerOf does. */
export async function touchSession(isBackground: boolean): Promise<void> {
  await send(`${page.base}/web/session`, { isBackground }, { method: "GET", headers: {} });
}

async function send(
  url: string,
  options: CallOptions,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: BodyInit;
  },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      ...request,
      headers: { ...request.headers, ...(options.isBackground && { "X-Background": "1" }) },
      signal: options.signal ?? null,
      credentials: "same-origin",
      redirect: "error",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (response.ok) {
    if (!options.isBackground) document.dispatchEvent(new CustomEvent(ACTIVE));
    return response;
  }
  if (response.status === 401) {
    document.dispatchEvent(new CustomEvent(SIGNED_OUT));
    throw new SignedOut();
  }
  throw await refusal(response);
}

/** Makes a call and returns the JSON of its answer; undefined where it has none. Throws as answerOf does. */
export async function call<Answer>(
  name: string,
  parameters: Parameters,
  options: CallOptions = {},
): Promise<Answer> {
  const response = await answerOf(name, parameters, options);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

function urlOf(name: string, query: Parameters): string {
  const url = `${page.base}/web/call/${name}`;
  const given = Object.entries(query).map(([key, value]) => [key, String(value)]);
  return given.length ? `${url}?${new URLSearchParams([["v", "1"], ...given]).toString()}` : url;
}

async function refusal(response: Response): Promise<CallError> {
  try {
    const body = (await response.json()) as { ErrorType?: string; ErrorComment?: string };
    return new CallError(response.status, body.ErrorType ?? "", body.ErrorComment ?? response.statusText);
  } catch {
    return new CallError(response.status, "", response.statusText);
  }
}
