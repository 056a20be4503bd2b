// What to do about a step that failed with words that do not say it.

export interface Hint {
  /** A line of the failed step. */
  when: RegExp;
  /** The stage in which the line means it; undefined for any. */
  stage?: string;
  say(platform: string): string;
}
