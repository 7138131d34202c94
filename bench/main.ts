import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark, Context, Row } from './harness/benchmark.ts';
import { compareWith } from './harness/compare.ts';
import { writeDocument } from './harness/document.ts';
import { asJson, rowLine } from './harness/table.ts';
import { benchmarks } from './rows/index.ts';

const USAGE = `npm run bench [-- NAME ...] [--json] [--rounds N] [--quick] [--compare REV] [--write]

  NAME           only these: ${benchmarks.map(({ name }) => name).join(', ')}
  --json         one JSON object a row on standard output
  --rounds N     how often everything is done; 5 when absent
  --quick        small amounts, seconds instead of minutes: it shows that everything works, and no more
  --compare REV  the same for another revision, built beside this one, and what has changed
  --write        also write the table and the chart into docs/performance.md
`;

const root = path.resolve(import.meta.dirname, '..');

/** Every benchmark in a folder of its own. A benchmark that fails is told of, and the next one begins. */
export async function measure(
  chosen: readonly Benchmark[],
  options: Pick<Context, 'root' | 'rounds' | 'quick'>,
  onRow: (row: Row) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const benchmark of chosen) {
    const folder = mkdtempSync(path.join(tmpdir(), `bench-${benchmark.name}-`));
    try {
      for (const row of await benchmark.run({ ...options, folder })) {
        rows.push(row);
        onRow(row);
      }
    } catch (error) {
      process.stderr.write(`${benchmark.name}: ${(error as Error).message}\n`);
      process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return rows;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      rounds: { type: 'string', default: '5' },
      compare: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !benchmarks.some((each) => each.name === name));
  if (values.help || unknown !== undefined) {
    if (unknown !== undefined) process.stderr.write(`There is no benchmark ${unknown}.\n\n`);
    process.stdout.write(USAGE);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  const chosen =
    positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name));
  const options = { root, quick: values.quick, rounds: values.quick ? 1 : Number(values.rounds) };
  const say = (row: Row) => process.stdout.write(`${values.json ? asJson(row) : rowLine(row)}\n`);
  if (values.compare !== undefined) {
    await compareWith(
      values.compare,
      (at, onRow) => measure(chosen, { ...options, root: at }, onRow),
      root,
      say,
    );
    return;
  }
  const rows = await measure(chosen, options, say);
  if (values.write) writeDocument(path.join(root, 'docs'), rows);
}

if (import.meta.main) await main();
