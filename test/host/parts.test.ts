import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader } from '../../src/host/lines.ts';
import { socketPath } from '../../src/host/socket-path.ts';
import { temporaryFolder } from '../journal/folder.ts';

describe('createLineReader', () => {
  it('yields the same lines however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat(8)), (pieces, cuts) => {
        const lines = pieces.map((piece) => piece.replaceAll('\n', ' '));
        const text = lines.map((line) => `${line}\n`).join('');
        const reader = createLineReader();
        const read: string[] = [];
        let at = 0;
        for (const cut of cuts) {
          read.push(...reader.push(text.slice(at, at + cut)));
          at += cut;
        }
        read.push(...reader.push(text.slice(at)));
        expect(read).toEqual(lines);
      }),
    );
  });

  it.each([['abcdef'], ['abcdef\n'], ['ab\nabcdef\nab\n']])('refuses %j with a limit of five', (text) => {
    expect(() => createLineReader(5).push(text)).toThrow(RangeError);
    expect(() => [...text].map((character) => createLineReader(5).push(character))).not.toThrow();
  });

  it('refuses a line that comes in small pieces', () => {
    const reader = createLineReader(5);
    reader.push('abc');
    expect(() => reader.push('def')).toThrow(RangeError);
  });
});

describe('socketPath', () => {
  const uid = process.getuid?.() ?? 0;
  const deep = `/state/${'x'.repeat(120)}`;

  it('is in the folder, when that is short enough', () => {
    expect(socketPath('/state/261122-04k', { runtimeDir: '/run/user/1', tmpDir: '/tmp', uid })).toBe(
      '/state/261122-04k/host.sock',
    );
  });

  it('is in the private runtime folder otherwise, different for each session', () => {
    const runtimeDir = temporaryFolder();
    const places = { runtimeDir, tmpDir: '/tmp', uid };
    const paths = [socketPath(deep, places), socketPath(`${deep}y`, places)];
    expect(new Set(paths).size).toBe(2);
    for (const one of paths) expect(path.dirname(one)).toBe(path.join(runtimeDir, 'rollbook'));
    expect(socketPath(deep, places)).toBe(paths[0]);
  });

  it('is never in a folder that someone else could have made', () => {
    const tmpDir = temporaryFolder();
    const places = { runtimeDir: undefined, tmpDir, uid };
    const folder = path.join(tmpDir, `rollbook-${uid}`);
    symlinkSync(temporaryFolder(), folder);
    expect(() => socketPath(deep, places)).toThrow(/not a folder of yours/);
    const other = temporaryFolder();
    mkdirSync(path.join(other, `rollbook-${uid}`));
    chmodSync(path.join(other, `rollbook-${uid}`), 0o777);
    expect(() => socketPath(deep, { ...places, tmpDir: other })).toThrow(/mode 0700/);
  });
});
