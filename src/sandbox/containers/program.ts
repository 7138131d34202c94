/** The files of one container: its own small tree, kept in a folder of this machine. */
export interface ContainerFiles {
  /** Where an absolute path of the container is on this machine; never outside its folder. */
  real(path: string): string;
  /** The container's name for a text that may hold such places: in messages of programs that run here. */
  virtual(text: string): string;
}

export interface ProgramContext {
  /** Program and arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, in the container. */
  readonly cwd: string;
  readonly files: ContainerFiles;
  /** Ends when the caller ends it; empty when the caller gives none. */
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array | string): void;
  stderr(chunk: Uint8Array | string): void;
  /** The container is stopped, or the program killed. A lost connection of the caller does not end a program. */
  readonly signal: AbortSignal;
}

/** What a program of a container does; resolves to its exit code. */
export type Program = (context: ProgramContext) => Promise<number>;

/** What is installed in a container, by the name it is started under. */
export type Programs = Readonly<Record<string, Program>>;
