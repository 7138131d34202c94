import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, inspect, rooms, sourceFiles } from '../../scripts/boundaries.ts';

const root = path.resolve(import.meta.dirname, '../..');
const messages = (file: string, text: string) =>
  inspect([{ path: file, text }]).violations.map(({ line, message }) => `${line}: ${message}`);

describe('the import table', () => {
  it.each([
    ['src/engine/reduce.ts', "import { x } from '../adapters/x.ts';", /engine may not import adapters/],
    ['src/engine/reduce.ts', "import type { X } from '../view/x.ts';", /engine may not import view/],
    ['src/engine/reduce.ts', "export { x } from '../host/x.ts';", /engine may not import host/],
    ['src/engine/reduce.ts', "export * from '../host/x.ts';", /engine may not import host/],
    ['src/engine/reduce.ts', "const x = await import('../host/x.ts');", /engine may not import host/],
    ['src/view/app.tsx', "import { x } from '../adapters/x.ts';", /view may not import adapters/],
    ['src/view/app.tsx', "import { x } from '../journal/x.ts';", /types of journal only/],
    ['src/sandbox/a/b.ts', "import type { X } from '../../ports/http.ts';", /sandbox may not import ports/],
    ['src/host/x.ts', "import { execa } from 'execa';", /only adapters may/],
    ['src/steps/x.ts', "import { V1Pod } from '@kubernetes/client-node';", /only adapters may/],
    ['src/host/x.ts', "import { render } from 'ink';", /only view and cli may/],
    ['src/engine/x.ts', "import { useState } from 'react/jsx-runtime';", /only view and cli may/],
    ['src/cli/x.ts', "import { build } from '../../scripts/build.ts';", /in no room/],
    ['src/novelty/x.ts', "import { x } from '../ports/x.ts';", /not in the table/],
  ])('refuses in %s: %s', (file, text, expected) => {
    expect(messages(file, `// a line before\n${text}\n`)).toEqual([expect.stringMatching(expected)]);
    expect(messages(file, `// a line before\n${text}\n`)[0]).toMatch(/^2: /);
  });

  it.each([
    ['src/view/app.tsx', "import type { X } from '../journal/x.ts';"],
    ['src/view/app.tsx', "import { type X } from '../journal/x.ts';"],
    ['src/view/app.tsx', "import { Box } from 'ink';"],
    ['src/adapters/process.ts', "import { execa } from 'execa';"],
    ['src/engine/deep/x.ts', "import { x } from '../../steps/index.ts';"],
    ['src/host/x.ts', "import net from 'node:net';"],
  ])('allows in %s: %s', (file, text) => {
    expect(messages(file, text)).toEqual([]);
  });

  it('has no cycle between rooms', () => {
    const reaches = (from: string, seen: readonly string[]): readonly string[] =>
      (rooms[from]?.uses ?? []).flatMap((next) =>
        seen.includes(next) ? [[...seen, next].join(' > ')] : reaches(next, [...seen, next]),
      );
    expect(Object.keys(rooms).flatMap((room) => reaches(room, [room]))).toEqual([]);
  });
});

describe('sizes', () => {
  it.each([
    ['src/engine/x.ts', 301, 1],
    ['src/engine/x.ts', 300, 0],
    ['src/view/x.tsx', 121, 1],
    ['src/view/x.tsx', 120, 0],
    ['test/view/x.test.tsx', 300, 0],
    ['test/view/x.test.tsx', 301, 1],
    ['bin/x.cjs', 301, 1],
  ])('%s of %d lines', (file, lines, problems) => {
    expect(messages(file, '//\n'.repeat(lines))).toHaveLength(problems);
  });
});

describe('the check itself', () => {
  it('reads every module of src, and sees their imports', () => {
    const files = sourceFiles(root, ['src']);
    const { modules, imports } = inspect(files);
    expect(modules).toBe(files.length);
    expect(modules).toBeGreaterThan(20);
    expect(imports).toBeGreaterThan(modules / 2);
  });

  it('sees type imports, re-exports and dynamic imports', () => {
    const text =
      "import type { A } from './a.ts';\nexport type { B } from './b.ts';\nimport('./c.ts');\nimport './d.ts';";
    expect(importsOf({ path: 'src/engine/x.ts', text })).toEqual([
      { from: './a.ts', line: 1, typeOnly: true },
      { from: './d.ts', line: 4, typeOnly: false },
      { from: './b.ts', line: 2, typeOnly: true },
      { from: './c.ts', line: 3, typeOnly: false },
    ]);
  });

  it('refuses a file it cannot parse', () => {
    expect(() => inspect([{ path: 'src/engine/x.ts', text: 'import {' }])).toThrow(/cannot be parsed/);
  });
});
