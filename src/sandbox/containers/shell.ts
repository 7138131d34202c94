import { Bash, type CommandName, defineCommand, latin1FromBytes, MountableFs, ReadWriteFs } from 'just-bash';
import type { FolderFiles } from './container-files.ts';
import type { ProgramContext, Programs } from './program.ts';
import { stat } from './stat.ts';

/** What every image has. They work on the container's files alone, and start nothing on this machine. */
const SMALL_PROGRAMS: readonly CommandName[] = [
  ...([
    'sh',
    'bash',
    'echo',
    'printf',
    'true',
    'false',
    'env',
    'printenv',
    'sleep',
    'timeout',
    'date',
  ] as const),
  ...(['ls', 'cat', 'head', 'tail', 'wc', 'find', 'du', 'pwd', 'readlink', 'basename', 'dirname'] as const),
  ...(['mkdir', 'rmdir', 'touch', 'rm', 'cp', 'mv', 'chmod', 'tee', 'which', 'whoami', 'hostname'] as const),
  ...([
    'grep',
    'sed',
    'awk',
    'sort',
    'uniq',
    'cut',
    'tr',
    'xargs',
    'seq',
    'expr',
    'sha256sum',
    'md5sum',
  ] as const),
  ...(['gzip', 'gunzip', 'zcat', 'tar', 'diff', 'comm'] as const),
];
const NAMES: ReadonlySet<string> = new Set([...SMALL_PROGRAMS, 'stat']);

/** Symbolic links are not followed beyond the container in any case. */
const FOLLOWS_LINKS: ReadonlySet<string> = new Set(['find', 'ls', 'du']);

/** A container's script may be long; it never runs for ever, as the sandbox does not. */
const LIMITS = { maxCallDepth: 200, maxCommandCount: 1_000_000, maxLoopIterations: 1_000_000 };

export function isSmallProgram(name: string): boolean {
  return NAMES.has(name);
}

/**
 * Runs a shell or one of the small programs by an interpreter that knows the container's files and nothing else of
 * this machine; what the image brings besides is reached by its name.
 */
export async function runShell(
  context: ProgramContext,
  files: FolderFiles,
  programs: Programs,
): Promise<number> {
  const fs = new MountableFs({ base: new ReadWriteFs({ root: files.folder }) });
  for (const { path, folder } of files.volumes) fs.mount(path, new ReadWriteFs({ root: folder }));
  const bash = new Bash({
    fs,
    cwd: context.cwd,
    env: { ...context.env },
    commands: [...SMALL_PROGRAMS],
    customCommands: [
      stat,
      ...Object.entries(programs).map(([name, program]) => installed(name, program, context)),
    ],
    executionLimits: LIMITS,
    // It would keep the image's own programs from starting anything.
    defenseInDepth: false,
  });
  const [name = '', ...args] = context.argv;
  const program = name.slice(name.lastIndexOf('/') + 1);
  const { stdout, stderr, exitCode, stdoutKind, stdoutEncoding } = await bash.exec(program, {
    args: FOLLOWS_LINKS.has(program) ? args.filter((arg) => arg !== '-L') : args,
    stdin: (await collected(context.stdin)).toString('latin1'),
    stdinKind: 'bytes',
    signal: context.signal,
  });
  const bytes = stdoutKind === 'bytes' || stdoutEncoding === 'binary';
  context.stdout(Buffer.from(stdout, bytes ? 'latin1' : 'utf8'));
  context.stderr(stderr);
  return exitCode;
}

function installed(name: string, program: Programs[string], context: ProgramContext) {
  return defineCommand(name, async (args, shell) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    const exitCode = await program({
      ...context,
      argv: [name, ...args],
      env: Object.fromEntries(shell.env),
      cwd: shell.cwd,
      stdin: once(Buffer.from(latin1FromBytes(shell.stdin), 'latin1')),
      stdout: (chunk) => void out.push(Buffer.from(chunk)),
      stderr: (chunk) => void err.push(Buffer.from(chunk)),
      signal: shell.signal ?? context.signal,
    });
    const stderr = Buffer.concat(err).toString('utf8');
    return { stdout: Buffer.concat(out).toString('latin1'), stdoutKind: 'bytes', stderr, exitCode };
  });
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
