import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runbookJsonSchema } from '../src/runbook/json-schema.ts';
import { stepKinds } from '../src/steps/index.ts';
import { keysDocument } from '../src/view/keys-document.ts';

interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  content(): string | Promise<string>;
}

/** Files that are made from the source; a new one is a line here. */
const generated: readonly GeneratedFile[] = [
  {
    path: 'schema/runbook.v1.json',
    content: () => `${JSON.stringify(runbookJsonSchema(stepKinds), null, 2)}\n`,
  },
  { path: 'docs/keys.md', content: keysDocument },
];

/** node scripts/generate.ts [--check]: writes them, or says which are not as they would be written. */
const check = process.argv.includes('--check');
const root = path.dirname(import.meta.dirname);
for (const { path: name, content } of generated) {
  const file = path.join(root, name);
  const wanted = await content();
  if (wanted === current(file)) continue;
  if (check) {
    console.error(`${name} is stale: run "npm run generate" and commit it.`);
    process.exitCode = 1;
  } else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(`${name} written`);
  }
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
