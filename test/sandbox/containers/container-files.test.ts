import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FolderFiles } from '../../../src/sandbox/containers/container-files.ts';

function container() {
  const place = mkdtempSync(join(tmpdir(), 'container-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const [root, volume] = [join(place, 'root'), join(place, 'backups')];
  mkdirSync(root);
  mkdirSync(volume);
  return { place, root, volume, files: new FolderFiles(root, { '/backup': volume }) };
}

describe('the files of a container', () => {
  it('are in its folder, and in those of its volumes', () => {
    const { root, volume, files } = container();
    expect(files.real('/tmp/x')).toBe(join(root, 'tmp/x'));
    expect(files.real('/backup')).toBe(volume);
    expect(files.real('/backup/2023/../a.sql')).toBe(join(volume, 'a.sql'));
    expect(files.real('/backups/a.sql')).toBe(join(root, 'backups/a.sql'));
  });

  it('are called by the names that the container has for them', () => {
    const { root, volume, files } = container();
    expect(files.virtual(`psql: error: ${volume}/x.sql and ${root}/tmp/y`)).toBe(
      'psql: error: /backup/x.sql and /tmp/y',
    );
  });

  it('are nowhere else, whatever the path', () => {
    const { place, files } = container();
    const name = fc.constantFrom('..', '.', '', 'a', 'backup', 'tmp', '...', ' ');
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(files.real(`/${names.join('/')}`).startsWith(`${place}/`)).toBe(true);
      }),
    );
  });

  it('are nowhere else, where links lead out', () => {
    const { place, root, files } = container();
    writeFileSync(join(place, 'secret'), 'x');
    symlinkSync('/etc', join(root, 'tmp/absolute'));
    symlinkSync('../../../../../../etc', join(root, 'tmp/relative'));
    symlinkSync('round', join(root, 'tmp/round'));
    symlinkSync('/backup', join(root, 'tmp/volume'));
    expect(files.real('/tmp/absolute/passwd')).toBe(join(root, 'etc/passwd'));
    expect(files.real('/tmp/relative/passwd')).toBe(join(root, 'etc/passwd'));
    expect(files.real('/tmp/volume/a.sql')).toBe(files.real('/backup/a.sql'));
    expect(files.real('/tmp/round/x').startsWith(root)).toBe(true);
  });
});
