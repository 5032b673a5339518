/** What the server says to a page: where it is, who looks at it, in which language. */

export interface PageFacts {
  /** The path that a proxy has put before the application, without a slash at its end. */
  readonly base: string;
  readonly csrf: string;
  readonly language: string;
  /** Identifies the signed-in person, for what the browser remembers of them. */
  readonly person: string;
  /** After how long without a call the session ends, in ms. */
  readonly idleMs: number;
  readonly texts: Readonly<Record<string, string>>;
}

function read(id: string): unknown {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no ${id}`);
  return JSON.parse(element.textContent);
}

export const page = read("page-facts") as PageFacts;

/** What the server says to this page alone. */
export function pageData(): unknown {
  return read("page-data");
}
