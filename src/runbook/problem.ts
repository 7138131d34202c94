/** One thing wrong with a file, where, and what would be right. */
export interface RunbookProblem {
  readonly file: string;
  /** From 1; absent when the whole file is meant (unreadable, binary). */
  readonly line?: number;
  readonly column?: number;
  /** Path inside the document: 'sections[1].steps[0].with.service'. */
  readonly path?: string;
  readonly message: string;
  /** The text of the line, as it stands. */
  readonly source?: string;
  readonly expected?: string;
  /** 'did you mean "kubernetes/scale"?' */
  readonly suggestion?: string;
}
