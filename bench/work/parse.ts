import { parseDocument } from 'yaml';
import { createCompiler } from '../../src/runbook/compile.ts';
import { parse } from '../../src/runbook/parse.ts';
import { stepKinds } from '../../src/steps/index.ts';

// Milliseconds to read runbooks: as rollbook does, or by the YAML parser alone.
// Arguments: ours or yaml, steps in each, how many.

const [how, steps = '10', files = '1'] = process.argv.slice(2);

/** Short ones: ten thousand have to fit the megabyte that a runbook may have. */
const step = (at: number) =>
  `  - {id: s${at}, title: S${at}, if: "\${{inputs.count > ${at % 7}}}", uses: command, with: {run: [echo, "${at}"]}}\n`;
const texts = Array.from(
  { length: Number(files) },
  (_, file) => `apiVersion: rollbook/v1
id: bench/runbook-${file}
title: A runbook of ${steps} steps
inputs:
  namespace: { type: string, default: shop }
  count: { type: number, default: 3 }
steps:
${Array.from({ length: Number(steps) }, (_, at) => step(at)).join('')}`,
);

if (how === 'yaml') {
  const began = performance.now();
  for (const text of texts) parseDocument(text).toJS();
  console.log(performance.now() - began);
} else {
  const compiler = createCompiler();
  const began = performance.now();
  for (const [at, text] of texts.entries()) {
    const result = parse(text, `/bench/${at}.yaml`, { kinds: stepKinds, compiler });
    if (!result.ok) throw new Error(JSON.stringify(result.problems[0]));
  }
  console.log(performance.now() - began);
}
