import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { asJson } from '../../bench/harness/table.ts';
import { benchmarks } from '../../bench/rows/index.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** That each of them works and says something: how long it took is not looked at. */
it.each(benchmarks)('$name measures what it says', async ({ name, run }) => {
  const folder = mkdtempSync(path.join(tmpdir(), `bench-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const rows = await run({ root, folder, rounds: 1, quick: true });
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    expect(JSON.parse(asJson(row))).toMatchObject({
      name: expect.stringMatching(/^[a-z0-9-]+$/),
      goal: expect.any(Number),
      unit: expect.any(String),
      command: expect.any(String),
      medians: expect.any(Object),
    });
    if (row.note?.startsWith('not measured')) expect(row.ratio).toBeUndefined();
    else expect(row.ratio).toBeGreaterThanOrEqual(0);
  }
});
