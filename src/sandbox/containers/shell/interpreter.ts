import { statSync } from 'node:fs';
import { ByteQueue, nothing, readAll } from '../byte-queue.ts';
import { absolute } from '../container-folder.ts';
import type { ProgramContext, Programs } from '../program.ts';
import { startable } from '../startable.ts';
import { type Expanding, expandOne, expandWords } from './expand.ts';
import { ShellSyntaxError } from './lex.ts';
import { type Command, type List, type Pipeline, parse, type Simple } from './parse.ts';
import { redirected } from './redirect.ts';

const NOT_FOUND = 127;
const MISUSED = 2;
const KILLED = 137;
/** A loop that never ends is ended. */
const MAX_ROUNDS = 100_000;

/** Where a command reads and writes. */
export type Streams = Pick<ProgramContext, 'stdin' | 'stdout' | 'stderr'>;

/** What `set` and the shell's own options say. */
interface Options {
  stopAtFailure: boolean;
  failInPipes: boolean;
}

/** `exit` was met. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super('exit');
    this.code = code;
  }
}

/** Runs scripts over the programs of one container; nothing outside of it is ever started. */
export class Interpreter {
  readonly #context: ProgramContext;
  readonly #programs: Programs;
  readonly #positional: readonly string[];
  readonly #options: Options;
  #env: Record<string, string>;
  #cwd: string;
  #last = 0;

  constructor(context: ProgramContext, programs: Programs, positional: readonly string[], options: Options) {
    this.#context = context;
    this.#programs = programs;
    this.#positional = positional;
    this.#options = { ...options };
    this.#env = { ...context.env };
    this.#cwd = context.cwd;
  }

  async run(script: string): Promise<number> {
    const { stderr, argv } = this.#context;
    try {
      return await this.#list(parse(script), this.#context);
    } catch (error) {
      if (error instanceof Exit) return error.code;
      if (!(error instanceof ShellSyntaxError)) throw error;
      stderr(`${argv[0]}: -c: line 1: ${error.message}\n`);
      return MISUSED;
    }
  }

  async #list(list: List, streams: Streams, tested = false): Promise<number> {
    for (const [place, pipeline] of list.entries()) {
      if (this.#context.signal.aborted) throw new Exit(KILLED);
      const { after, negated } = pipeline;
      if ((after === '&&' && this.#last !== 0) || (after === '||' && this.#last === 0)) continue;
      this.#last = await this.#pipeline(pipeline, streams);
      const next = list[place + 1]?.after ?? ';';
      if (this.#options.stopAtFailure && !tested && !negated && this.#last !== 0 && next === ';')
        throw new Exit(this.#last);
    }
    return this.#last;
  }

  async #pipeline({ commands, negated }: Pipeline, streams: Streams): Promise<number> {
    const [only] = commands;
    let code: number;
    if (commands.length === 1 && only !== undefined) code = await this.#command(only, streams);
    else {
      let input = streams.stdin;
      const running = commands.map((command, place) => {
        const pipe = new ByteQueue();
        const stdin = input;
        input = pipe;
        const stdout = place === commands.length - 1 ? streams.stdout : pipe.push.bind(pipe);
        return this.#apart()
          .#command(command, { ...streams, stdin, stdout })
          .catch((error: unknown) => codeOf(error))
          .finally(() => pipe.end());
      });
      const codes = await Promise.all(running);
      const failed = this.#options.failInPipes ? codes.findLast((each) => each !== 0) : undefined;
      code = failed ?? codes.at(-1) ?? 0;
    }
    return negated ? Number(code === 0) : code;
  }

  /** A shell of its own, as each part of a pipe and each substitution is. */
  #apart(stdout: ProgramContext['stdout'] = this.#context.stdout): Interpreter {
    const context = { ...this.#context, env: this.#env, cwd: this.#cwd, stdout };
    const apart = new Interpreter(context, this.#programs, this.#positional, this.#options);
    apart.#last = this.#last;
    return apart;
  }

  async #command(command: Command, streams: Streams): Promise<number> {
    switch (command.type) {
      case 'simple':
        return this.#simple(command, streams);
      case 'group': {
        const opened = await redirected(command.redirections, streams, this.#expanding(streams));
        if (opened === undefined) return 1;
        try {
          return await this.#list(command.body, opened.streams);
        } finally {
          opened.close();
        }
      }
      case 'if': {
        for (const { test, body } of command.branches)
          if ((await this.#list(test, streams, true)) === 0) return this.#list(body, streams);
        return command.otherwise === undefined ? 0 : this.#list(command.otherwise, streams);
      }
      case 'while': {
        let code = 0;
        for (let round = 0; round < MAX_ROUNDS; round += 1) {
          if (((await this.#list(command.test, streams, true)) === 0) === command.until) break;
          code = await this.#list(command.body, streams);
        }
        return code;
      }
      case 'for': {
        let code = 0;
        for (const item of await expandWords(command.words, this.#expanding(streams))) {
          this.#env[command.name] = item;
          code = await this.#list(command.body, streams);
        }
        return code;
      }
    }
  }

  async #simple({ assignments, words, redirections }: Simple, streams: Streams): Promise<number> {
    const expanding = this.#expanding(streams);
    const argv = await expandWords(words, expanding);
    const assigned: Record<string, string> = {};
    for (const { name, value } of assignments) assigned[name] = await expandOne(value, expanding);
    if (argv.length === 0) Object.assign(this.#env, assigned);
    const opened = await redirected(redirections, streams, expanding);
    if (opened === undefined) return 1;
    try {
      if (argv.length === 0)
        return assignments.length > 0 && this.#lastSubstituted !== undefined ? this.#lastSubstituted : 0;
      return await this.#start(argv, { ...this.#env, ...assigned }, opened.streams);
    } finally {
      this.#lastSubstituted = undefined;
      opened.close();
    }
  }

  #lastSubstituted: number | undefined;

  async #start(argv: readonly string[], env: Record<string, string>, streams: Streams): Promise<number> {
    const [name = '', ...args] = argv;
    const own = this.#builtIn(name, args, streams);
    if (own !== undefined) return own;
    const program = startable(this.#programs, name);
    if (program === undefined) {
      streams.stderr(
        `${this.#context.argv[0]}: ${name.includes('/') ? `${name}: No such file or directory` : `${name}: command not found`}\n`,
      );
      return NOT_FOUND;
    }
    return program({ ...this.#context, ...streams, argv, env, cwd: this.#cwd });
  }

  /** What only the shell itself can do. */
  #builtIn(name: string, args: readonly string[], streams: Streams): number | Promise<number> | undefined {
    const [first] = args;
    switch (name) {
      case ':':
        return 0;
      case 'exit':
        throw new Exit(first === undefined ? this.#last : Number.parseInt(first, 10) & 255);
      case 'cd':
        return this.#changeFolder(first ?? this.#env.HOME ?? '/', streams);
      case 'pwd':
        streams.stdout(`${this.#cwd}\n`);
        return 0;
      case 'export':
        for (const each of args) {
          const [, key, value] = /^(\w+)=(.*)$/s.exec(each) ?? [];
          if (key !== undefined) this.#env[key] = value ?? '';
        }
        return 0;
      case 'unset':
        for (const key of args) delete this.#env[key];
        return 0;
      case 'set':
        if (args.some((each) => /^-\w*e/.test(each))) this.#options.stopAtFailure = true;
        if (args.includes('pipefail')) this.#options.failInPipes = first?.startsWith('-') === true;
        return 0;
      case 'exec':
        return first === undefined
          ? 0
          : this.#start(args, this.#env, streams).then((code) => {
              throw new Exit(code);
            });
      default:
        return undefined;
    }
  }

  #changeFolder(to: string, { stderr }: Streams): number {
    const path = absolute(this.#cwd, to);
    const found = statSync(this.#context.files.real(path), { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) {
      const why = found === undefined ? 'No such file or directory' : 'Not a directory';
      stderr(`${this.#context.argv[0]}: cd: ${to}: ${why}\n`);
      return 1;
    }
    this.#cwd = path;
    return 0;
  }

  #expanding(streams: Streams): Expanding {
    return {
      files: this.#context.files,
      cwd: this.#cwd,
      positional: this.#positional.slice(1),
      parameter: (name) => {
        if (name === '?') return String(this.#last);
        if (name === '#') return String(this.#positional.length - 1);
        if (name === '$') return '1';
        return /^\d+$/.test(name) ? this.#positional[Number(name)] : this.#env[name];
      },
      substitute: async (script) => {
        const output = new ByteQueue();
        const apart = this.#apart((chunk) => output.push(chunk));
        this.#lastSubstituted = await apart.#substituted(script, streams).finally(() => output.end());
        return (await readAll(output)).toString('utf8').replace(/\n+$/, '');
      },
    };
  }

  async #substituted(script: string, { stderr }: Streams): Promise<number> {
    const { stdout } = this.#context;
    try {
      return await this.#list(parse(script), { stdin: nothing(), stdout, stderr });
    } catch (error) {
      return codeOf(error);
    }
  }
}

function codeOf(error: unknown): number {
  if (error instanceof Exit) return error.code;
  throw error;
}
