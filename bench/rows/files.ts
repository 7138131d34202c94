import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Benchmark, Context } from '../harness/benchmark.ts';
import { bundled } from '../harness/bundled.ts';
import { cleanEnv, endOf, onPath, wallMs } from '../harness/programs.ts';
import { compared, interleaved, unmeasured } from '../harness/rounds.ts';

const NODE = process.execPath;
const WORK = path.join(import.meta.dirname, '../work');

/** One number, from a program of the folder `work`. */
async function told(context: Context, program: string, ...args: readonly string[]): Promise<number> {
  const command = [NODE, program, ...args];
  const child = spawn(NODE, command.slice(1), { env: cleanEnv(context), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child, command);
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  await ended;
  return Number(last);
}

export const parsing: Benchmark = {
  name: 'parsing',
  async run(context) {
    const { parse } = await bundled(context, ['parse']);
    const [steps, files] = context.quick ? [200, 10] : [10_000, 1_000];
    const measured = await interleaved(
      {
        steps: () => told(context, parse, 'ours', String(steps), '1'),
        stepsYaml: () => told(context, parse, 'yaml', String(steps), '1'),
        files: () => told(context, parse, 'ours', '12', String(files)),
        filesYaml: () => told(context, parse, 'yaml', '12', String(files)),
      },
      context.rounds,
    );
    const peer = { peer: 'the YAML parser alone', unit: 'ms', goal: 3, command: 'rollbook validate' };
    return [
      compared(
        { ...peer, name: 'parse-steps', what: `parse and validate a runbook of ${steps} steps` },
        measured.steps,
        measured.stepsYaml,
      ),
      compared(
        { ...peer, name: 'parse-files', what: `parse and validate ${files} runbooks` },
        measured.files,
        measured.filesYaml,
      ),
    ];
  },
};

export const journal: Benchmark = {
  name: 'journal',
  async run(context) {
    const { journal: program } = await bundled(context, ['journal']);
    const records = context.quick ? 50 : 2_000;
    const events = context.quick ? 500 : 100_000;
    const env = cleanEnv(context);
    const append = {
      name: 'journal-append',
      what: 'durable append to the journal',
      peer: 'write and fdatasync in C',
      unit: 'µs',
      goal: 1.5,
      command: 'rollbook run',
    };
    const compiler = onPath('cc');
    const binary = path.join(context.folder, 'fdatasync');
    if (compiler !== undefined)
      await wallMs([compiler, '-O2', '-o', binary, path.join(WORK, 'fdatasync.c')], process.env);
    const file = path.join(context.folder, 'journal-of-many');
    await told(context, program, 'fill', file, String(events));
    const measured = await interleaved(
      {
        append: () => told(context, program, 'append', context.folder, String(records)),
        c: async () =>
          compiler === undefined
            ? Number.NaN
            : await output([binary, path.join(context.folder, 'c.log'), String(records)], env),
        replay: () => wallMs([NODE, program, 'replay', file], env),
        nothing: () => wallMs([NODE, '-e', '0'], env),
      },
      context.rounds,
    );
    return [
      compiler === undefined
        ? unmeasured(append, 'there is no C compiler')
        : compared(append, measured.append, measured.c),
      compared(
        {
          name: 'journal-replay',
          what: `${events.toLocaleString('en')} events replayed, process and all`,
          peer: 'node -e 0',
          unit: 'ms',
          goal: 8,
          command: 'rollbook resume',
        },
        measured.replay,
        measured.nothing,
      ),
    ];
  },
};

async function output(command: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Promise<number> {
  const [program, ...args] = command;
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child, command);
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  await ended;
  return Number(text);
}

export const packed: Benchmark = {
  name: 'packed',
  async run(context) {
    const folder = path.join(context.folder, 'pack');
    writeFileSync(`${folder}.txt`, '');
    const child = spawn('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: context.root,
      env: { ...process.env, npm_config_loglevel: 'error' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = endOf(child, ['npm', 'pack']);
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    await ended;
    const listed = JSON.parse(text) as
      | readonly { readonly size: number }[]
      | Readonly<Record<string, { readonly size: number }>>;
    const [tarball] = Object.values(listed) as readonly { readonly size: number }[];
    return [
      compared(
        {
          name: 'packed-size',
          what: 'what npx rollbook downloads',
          peer: 'limit',
          unit: 'MB',
          goal: 1,
          command: 'npm pack',
        },
        [(tarball?.size ?? Number.NaN) / 1e6],
        [4],
      ),
    ];
  },
};
