import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../src/cli/list.ts';
import { validate } from '../../src/cli/validate.ts';
import { catalogFolders, createLoader, findRunbook, readCatalog } from '../../src/runbook/catalog.ts';

let root = '';
const write = (name: string, text: string) => {
  mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
};
const book = (id: string, title = 'T') =>
  `apiVersion: rollbook/v1\nid: ${id}\ntitle: ${title}\ninputs: { env: { type: string, default: prod } }\nsteps:\n  - { id: a, title: A, uses: task, with: { instructions: Do it } }\n`;
const recorder = () => {
  const lines: string[] = [];
  return {
    lines,
    out: (line: string) => void lines.push(line),
    err: (line: string) => void lines.push(`! ${line}`),
  };
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rollbook-catalog-'));
  write('one/shop/rollback.yaml', book('shop/rollback', 'Roll the shop back'));
  write('one/shop/drills/rollback/straight.yaml', 'id: straight\ntitle: The straight path\n');
  write('one/shop/drills/rollback/broken.yaml', ': [');
  write('one/shop/other-name.yml', book('shop/restore'));
  write('one/broken.yaml', 'id: broken\n  x: [');
  write('two/rollback.yaml', book('shop/rollback', 'Another one'));
  write('two/.hidden/x.yaml', book('hidden'));
  write('two/notes.txt', 'nothing');
});
afterEach(() => rmSync(root, { recursive: true }));
const folders = () => [path.join(root, 'one'), path.join(root, 'two'), path.join(root, 'nowhere')];

describe('the catalog', () => {
  it('looks in ROLLBOOK_PATH, in ./runbooks, then at what is shipped', () => {
    const places = { cwd: '/work', path: `/a${path.delimiter}b`, shipped: '/work/runbooks' };
    expect(catalogFolders(places)).toEqual(['/a', '/work/b', '/work/runbooks']);
  });

  it('lists runbooks by id, the first folder first, with their drills', () => {
    const found = readCatalog(folders()).map(({ id, title, file, scenarios, problem }) => ({
      id,
      title,
      file: path.relative(root, file),
      scenarios: scenarios.map((one) => `${one.id}: ${one.title}`),
      problem,
    }));
    expect(found).toEqual([
      {
        id: 'broken',
        title: '',
        file: 'one/broken.yaml',
        scenarios: [],
        problem: expect.stringContaining('the YAML cannot be read'),
      },
      { id: 'shop/restore', title: 'T', file: 'one/shop/other-name.yml', scenarios: [], problem: undefined },
      {
        id: 'shop/rollback',
        title: 'Roll the shop back',
        file: 'one/shop/rollback.yaml',
        scenarios: ['broken: broken', 'straight: The straight path'],
        problem: undefined,
      },
    ]);
  });

  it('finds a runbook by id, wherever its file is, and by path', () => {
    const find = (reference: string) => findRunbook(reference, folders(), path.join(root, 'two'));
    expect(find('shop/rollback').file).toBe(path.join(root, 'one/shop/rollback.yaml'));
    expect(find('shop/restore').file).toBe(path.join(root, 'one/shop/other-name.yml'));
    expect(find('rollback.yaml').file).toBe(path.join(root, 'two/rollback.yaml'));
    expect(find('./rollback.yaml').file).toBe(path.join(root, 'two/rollback.yaml'));
    expect(find('shop/rolback')).toEqual({ nearest: 'shop/rollback' });
    expect(find('..')).toEqual({ nearest: undefined });
  });

  it('finds what a runbook calls, relative to the calling file', () => {
    const load = createLoader(folders());
    const from = path.join(root, 'one/shop/rollback.yaml');
    expect(load('other-name.yml', from)?.file).toBe(path.join(root, 'one/shop/other-name.yml'));
    expect(load('../../two/rollback.yaml', from)?.file).toBe(path.join(root, 'two/rollback.yaml'));
    expect(load('shop/restore', from)?.file).toBe(path.join(root, 'one/shop/other-name.yml'));
    expect(load('nothing', from)).toBeUndefined();
  });

  it('follows links to files, never to what is no file', () => {
    symlinkSync(path.join(root, 'two/rollback.yaml'), path.join(root, 'one/linked.yaml'));
    symlinkSync('/dev/zero', path.join(root, 'one/zero.yaml'));
    symlinkSync(root, path.join(root, 'one/loop'));
    expect(readCatalog([path.join(root, 'one')]).map((entry) => entry.id)).toContain('shop/rollback');
  });
});

describe('rollbook list', () => {
  it('is a table, grouped, with the drills', async () => {
    const io = recorder();
    expect(await list({ json: false, folders: [path.join(root, 'one', 'shop')] }, io)).toBe(0);
    expect(io.lines).toEqual([
      'shop',
      '  shop/restore   T',
      '  shop/rollback  Roll the shop back',
      '    broken       broken',
      '    straight     The straight path',
    ]);
  });

  it('is an array in JSON', async () => {
    const io = recorder();
    await list({ json: true, folders: [path.join(root, 'two')] }, io);
    expect(JSON.parse(io.lines.join('\n'))).toEqual([
      {
        id: 'shop/rollback',
        title: 'Another one',
        file: path.join(root, 'two/rollback.yaml'),
        inputs: [{ name: 'env', type: 'string', required: false, default: 'prod' }],
        scenarios: [],
      },
    ]);
  });

  it('says where it looked when there is nothing', async () => {
    const io = recorder();
    await list({ json: false, folders: ['/nowhere'] }, io);
    expect(io.lines).toEqual(['! There are no runbooks in /nowhere.']);
  });
});

describe('rollbook validate', () => {
  const run = async (paths: readonly string[], json = false) => {
    const io = recorder();
    const code = await validate({ json, paths, folders: folders(), cwd: root }, io);
    return { code, lines: io.lines };
  };

  it('is content with what is valid, by id, file or folder', async () => {
    expect(await run(['shop/restore', 'two'])).toEqual({
      code: 0,
      lines: [
        'one/shop/other-name.yml: valid',
        'two/rollback.yaml: valid',
        '2 runbooks checked, no problems.',
      ],
    });
  });

  it('shows each problem with its line, and fails with 2', async () => {
    write('bad.yaml', book('bad').replace('uses: task', 'uses: tusk'));
    const { code, lines } = await run(['bad.yaml']);
    expect(code).toBe(2);
    expect(lines.join('\n')).toBe(`bad.yaml:6:30: there is no kind of step "tusk"
    6 │   - { id: a, title: A, uses: tusk, with: { instructions: Do it } }
      │                              ^
        did you mean "task"?

1 runbook checked, 1 problem.`);
  });

  it('checks everything there is when nothing is named, ids used twice too', async () => {
    const { code, lines } = await run([], true);
    expect(code).toBe(2);
    const verdicts = JSON.parse(lines.join('\n')) as {
      file: string;
      valid: boolean;
      problems: { message: string }[];
    }[];
    expect(verdicts.map(({ file, valid }) => [path.relative(root, file), valid])).toEqual([
      ['one/broken.yaml', false],
      ['one/shop/other-name.yml', true],
      ['one/shop/rollback.yaml', true],
      ['two/rollback.yaml', false],
    ]);
    expect(verdicts[3]?.problems[0]?.message).toContain('the id "shop/rollback" is used by');
  });

  it('says so when there is no such file', async () => {
    expect((await run(['nope.yaml'])).lines[0]).toBe('nope.yaml: there is no such file or runbook\n');
  });
});
