/** The ElementList as the API sends it: the part that pages read. Times are milliseconds. */

export interface Token {
  readonly type: "word" | "punctuation" | "sound";
  readonly display_as: string;
  readonly start_time: number;
  readonly end_time: number;
  readonly tags?: readonly string[];
  readonly style?: string;
}

/** What no space divides: a word and its punctuation. */
export interface Sequence {
  readonly start_time: number;
  readonly end_time: number;
  readonly tokens: readonly Token[];
  readonly confidence_score?: number;
}

export interface Segment {
  readonly start_time: number;
  readonly end_time: number;
  readonly sequences: readonly Sequence[];
  readonly speaker_change?: boolean;
  readonly speaker_id?: number;
}

export interface Annotation {
  readonly display_name: string;
  readonly time_ranges: readonly { readonly start_time: number; readonly end_time: number }[];
}

export interface ElementList {
  readonly start_time: number;
  readonly end_time: number;
  readonly language: string;
  readonly segments: readonly Segment[];
  readonly speakers: readonly { readonly id: number; readonly name: string }[];
  readonly keywords?: Readonly<Record<string, Annotation>>;
  readonly topics?: Readonly<Record<string, Annotation>>;
}
