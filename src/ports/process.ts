/** Running local programs. Values travel as argv or environment, never inside shell text. */
export interface ProcessRequest {
  /** Program and arguments; the program is looked up on PATH, no shell is involved. */
  readonly argv: readonly [string, ...string[]];
  /** Added to the host's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed; without it the child reads nothing. */
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Where all of the output goes, both streams in order of arrival; created if absent, appended to. */
  readonly outputFile?: string;
}

export interface ProcessResult {
  /** Undefined when the program was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The last 64 KiB of the output at most, both streams. */
  readonly tail: string;
  /** The last 64 KiB of standard output alone, without its final newline. */
  readonly stdout: string;
  readonly outputBytes: number;
}

export interface Processes {
  /**
   * Runs to the end. `onOutput` gets decoded chunks as they come, bounded in rate and size by the adapter.
   * A non-zero exit is a result, not an error. Throws PortFailure: not-found (no such program), cancelled.
   */
  run(
    request: ProcessRequest,
    options: { readonly signal: AbortSignal; readonly onOutput?: (chunk: string) => void },
  ): Promise<ProcessResult>;
}
