import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Sandbox, startSandbox } from './main.ts';
import { WorldSpecError } from './world/spec-error.ts';
import { systemClock } from './world/system-clock.ts';

const DEFAULT_WORLD = { preset: 'banking-app' };
const IDLE_CHECK_MS = 1000;

const USAGE = `Runs the embedded sandbox until SIGTERM or SIGINT; prints one JSON line when it is ready.

  --world FILE      the world as JSON; - reads it from standard input; default: the banking-app preset
  --folder DIR      where the kubeconfig and the audit log go; default: a fresh temporary folder
  --with-parent     also stop when standard input closes
  --idle-exit SECS  also stop after that long without a request or an open watch
`;

async function readWorld(file: string | undefined): Promise<unknown> {
  if (file === undefined) return DEFAULT_WORLD;
  return JSON.parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'));
}

function readFolder(folder: string | undefined): string {
  if (folder === undefined) return mkdtempSync(join(tmpdir(), 'rollbook-sandbox-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Resolves when the process should end. */
function untilStopped(sandbox: Sandbox, withParent: boolean, idleSeconds: number): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (withParent) process.stdin.once('end', resolve).once('close', resolve).resume();
    if (!(idleSeconds > 0)) return;
    const check = setInterval(() => {
      if (Date.now() - sandbox.lastUsed() < idleSeconds * 1000) return;
      clearInterval(check);
      resolve();
    }, IDLE_CHECK_MS);
  });
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      world: { type: 'string' },
      folder: { type: 'string' },
      'with-parent': { type: 'boolean', default: false },
      'idle-exit': { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const onError = (error: unknown) => void process.stderr.write(`The sandbox's world: ${String(error)}\n`);
  const sandbox = await startSandbox(await readWorld(values.world), {
    folder: readFolder(values.folder),
    clock: systemClock(),
    onError,
  });
  // A drill is not over because something in its world went wrong.
  process.on('uncaughtException', onError);
  // Listening for signals before anyone can know that there is something to stop.
  const stopped = untilStopped(sandbox, values['with-parent'], Number(values['idle-exit']));
  process.stdout.write(`${JSON.stringify(sandbox.ready)}\n`);
  await stopped;
  await sandbox.stop();
  return 0;
}

function problemsOf(error: unknown): string {
  return error instanceof WorldSpecError ? error.problems.join('\n') : String(error);
}

run().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`The sandbox cannot start: ${problemsOf(error)}\n`);
    process.exit(2);
  },
);
