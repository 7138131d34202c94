import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createCelEnvironment } from '../../src/runbook/cel.ts';
import { fileStep, runbookFile } from '../../src/runbook/file-schema.ts';
import { parse } from '../../src/runbook/parse.ts';
import { stepKinds } from '../../src/steps/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/runbook-format.md'), 'utf8');

it('shows a whole runbook that is valid', () => {
  const [example = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)]
    .map((block) => block[1] ?? '')
    .filter((block) => block.includes('apiVersion:'));
  expect(parse(example, 'docs.yaml', { kinds: stepKinds })).toMatchObject({ ok: true });
});

it('shows inputs that are valid', () => {
  const inputs = /```yaml\n(inputs:.*?)```/s.exec(page)?.[1] ?? '';
  const text = `apiVersion: rollbook/v1\nid: a\ntitle: A\n${inputs}steps: [{ id: a, title: A, uses: task, with: { instructions: x } }]\n`;
  expect(parse(text, 'docs.yaml', { kinds: stepKinds })).toMatchObject({ ok: true });
});

it('names every key of a file and of a step', () => {
  for (const key of [...Object.keys(runbookFile.shape), ...Object.keys(fileStep.shape)])
    expect(page, key).toMatch(new RegExp(`\`${key}\``));
});

it('names functions that exist', () => {
  const list = /\*\*Functions\*\*.*/.exec(page)?.[0] ?? '';
  const named = [...list.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '').filter((name) => name !== 'in');
  const known = createCelEnvironment()
    .getDefinitions()
    .functions.map(({ name }) => name);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});
