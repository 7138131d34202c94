import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../src/ports/comparison.ts';
import { isMigration, rank } from '../../../src/steps/kas/migration-rule.ts';
import { migrations } from '../../../src/steps/kas/migrations.ts';
import { rollbackTargets } from '../../../src/steps/kas/rollback-targets.ts';
import { FakeCodeHistory } from '../../fakes/fake-code-history.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { appInterface, CODE, PROJECT, planning, V1, V2, V3, V4 } from '../gitlab/app-interface.ts';

describe('a migration is', () => {
  it.each([
    ['pkg/db/20191121000000_add_dinosaurs.go', true],
    ['pkg/db/migrations/201911212019-add-dinosaurs.go', true],
    ['pkg/db/202103100000_move.go', true],
    ['internal/kafka/internal/migrations/20220810150000_add_size.go', true],
    ['internal/connector/internal/migrations/add_connector_tables.go', true],
    ['internal/connector/internal/migrations/migrations.go', true],
    ['internal/kafka/internal/migrations/20210809140000_migrate_old_kafka_namespace_test.go', false],
    ['pkg/db/connection.go', false],
    ['docs/migrations/20220810150000_add_size.md', false],
    ['internal/kafka/internal/migrations/data/readme.txt', false],
  ])('%s: %s', (path, expected) => {
    expect(isMigration({ path })).toBe(expected);
  });

  it('also one that was moved away', () => {
    const moved = { path: 'attic/old.go.txt', previousPath: 'pkg/db/202103100000_move.go' };
    expect(isMigration(moved)).toBe(true);
  });
});

const gormigrate = (up: string, down: string) => `
func addThing() *gormigrate.Migration {
	return &gormigrate.Migration{
		ID: "20230101000000",
		Migrate: func(tx *gorm.DB) error {
			${up}
		},
		Rollback: func(tx *gorm.DB) error {
			${down}
		},
	}
}`;

describe('the severity', () => {
  it.each([
    ['drops a column', gormigrate('return tx.Migrator().DropColumn(&T{}, "x")', 'return nil'), 'blocking'],
    [
      'drops it only on the way back',
      gormigrate('return tx.Migrator().AddColumn(&T{}, "x")', 'return tx.Migrator().DropColumn(&T{}, "x")'),
      'probably-compatible',
    ],
    ['renames', gormigrate('return tx.Migrator().RenameColumn(&T{}, "a", "b")', ''), 'blocking'],
    ['drops a table', gormigrate('return tx.Migrator().DropTable(&T{})', ''), 'blocking'],
    ['deletes rows', gormigrate('return tx.Exec("DELETE FROM leases").Error', ''), 'blocking'],
    ['deletes by the library', gormigrate('return tx.Where("a").Delete(&T{}).Error', ''), 'blocking'],
    [
      'drops a column in SQL, both ways',
      'db.ExecAction(`ALTER TABLE t DROP COLUMN a`, `ALTER TABLE t ADD COLUMN a text`)',
      'blocking',
    ],
    [
      'adds a column in SQL, both ways',
      'db.ExecAction(`ALTER TABLE t ADD COLUMN a text`, `ALTER TABLE t DROP COLUMN a`)',
      'probably-compatible',
    ],
    ['changes a type', 'db.ExecAction(`ALTER TABLE t ALTER COLUMN a TYPE bigint`, ``)', 'blocking'],
    [
      'adds a column that must have a value',
      'db.ExecAction(`ALTER TABLE t ADD COLUMN a text NOT NULL`, ``)',
      'blocking',
    ],
    [
      'adds such a column by a tag',
      'type T struct { A string `gorm:"not null"` }\ndb.AddTableColumnsAction(&T{})',
      'blocking',
    ],
    [
      'creates a table with such a column',
      'type T struct { A string `gorm:"not null"` }\ndb.CreateTableAction(&T{})',
      'probably-compatible',
    ],
    ['drops columns by the helper', 'db.DropTableColumnsAction(&T{})', 'blocking'],
    [
      'speaks of dropping in a comment',
      '// we do not DROP TABLE here\ndb.AddTableColumnsAction(&T{})',
      'probably-compatible',
    ],
    [
      'has a function for each way',
      'db.FuncAction(func(tx *gorm.DB) error { return tx.AutoMigrate(&L{}) }, func(tx *gorm.DB) error { return tx.Delete(&L{}).Error }),',
      'probably-compatible',
    ],
    [
      'drops after a function for each way',
      'db.FuncAction(func() error { return a("x, y)") }, func() error { return nil }),\ndb.DropTableColumnsAction(&T{})',
      'blocking',
    ],
    ['does something else', gormigrate('return tx.Exec("UPDATE t SET a = 1").Error', ''), 'unknown'],
    ['is empty', '', 'unknown'],
    ['never ends', 'Rollback: func() { "', 'unknown'],
  ])('of one that %s', (_, body, expected) => {
    expect(rank(body).severity).toBe(expected);
  });
});

const FOLDER = 'internal/kafka/internal/migrations';
const ADDS = gormigrate('return tx.Migrator().AddColumn(&T{}, "x")', '');
const DROPS = gormigrate('return tx.Migrator().DropColumn(&T{}, "x")', '');

async function judged(answer: Partial<Comparison>, texts: Readonly<Record<string, string>> = {}) {
  const code = new FakeCodeHistory().on(V3, V4, answer);
  for (const [path, text] of Object.entries(texts)) code.put(path, V4, text).put(path, V3, text);
  const ports = fakePorts({ code });
  const plan = await migrations.plan(
    migrations.schema.parse({ code: CODE, from: V3, to: V4 }),
    planning(ports),
  );
  const seen = await migrations.observe?.(plan, planning(ports));
  return { ...seen?.outputs, evidence: seen?.evidence.join('\n') };
}

describe('rolling back is supported', () => {
  const added = (path: string) => ({ path, status: 'added' as const });

  it('when no migration was touched', async () => {
    expect(await judged({ files: [added('a.go'), added(`${FOLDER}/1_test.go`)] })).toMatchObject({
      support: 'yes',
    });
  });

  it('not, when one drops a column; its body is shown', async () => {
    const path = `${FOLDER}/20230101000000_drop.go`;
    const seen = await judged({ files: [added(path)] }, { [path]: DROPS });
    expect(seen).toMatchObject({ support: 'no', paths: [path] });
    expect(seen.evidence).toContain('DropColumn(&T{}, "x")');
  });

  it('perhaps, when one only adds a column: a person has to judge it', async () => {
    const path = `${FOLDER}/20230101000000_add.go`;
    const list = `${FOLDER}/migrations.go`;
    const seen = await judged(
      { files: [added(path), { path: list, status: 'modified' }] },
      { [path]: ADDS, [list]: 'var all = []*gormigrate.Migration{ addThing() }' },
    );
    expect(seen).toMatchObject({ support: 'unknown', because: expect.stringMatching(/probably compatible/) });
  });

  it.each(['modified', 'renamed', 'deleted'] as const)('perhaps, when one was %s', async (status) => {
    const path = `${FOLDER}/20230101000000_add.go`;
    expect(await judged({ files: [{ path, status }] }, { [path]: ADDS })).toMatchObject({
      support: 'unknown',
      migrations: [{ severity: 'unknown' }],
    });
  });

  it('perhaps, when the list alone changed', async () => {
    const path = `${FOLDER}/migrations.go`;
    expect(await judged({ files: [{ path, status: 'modified' }] }, { [path]: 'var all' })).toMatchObject({
      support: 'unknown',
    });
  });

  it('perhaps, when the text of one cannot be read', async () => {
    expect(await judged({ files: [added(`${FOLDER}/20230101000000_x.go`)] })).toMatchObject({
      support: 'unknown',
    });
  });

  it('perhaps, never surely, when the comparison is cut off', async () => {
    const cut = { complete: false, incompleteBecause: '300 files.', files: [added('a.go')] };
    expect(await judged(cut)).toMatchObject({ support: 'unknown', complete: false });
  });

  it('not, when even what is left of it drops a column', async () => {
    const path = `${FOLDER}/20230101000000_drop.go`;
    const cut = { complete: false, incompleteBecause: '300 files.', files: [added(path)] };
    expect(await judged(cut, { [path]: DROPS })).toMatchObject({ support: 'no' });
  });

  it('perhaps, when nothing can be compared', async () => {
    const ports = fakePorts({ code: new FakeCodeHistory() });
    const plan = await migrations.plan(
      migrations.schema.parse({ code: CODE, from: V3, to: V4 }),
      planning(ports),
    );
    expect(await migrations.observe?.(plan, planning(ports))).toMatchObject({
      outputs: { support: 'unknown' },
    });
  });

  it('with a word on what else goes back', async () => {
    const files = [added('templates/service-template.yml'), added('openapi/kas.yaml')];
    expect(await judged({ files })).toMatchObject({ support: 'yes', serviceTemplate: true, openApi: true });
  });
});

it('lists the versions to go back to, with what each would mean', async () => {
  const { gitlab, ports, promotions } = appInterface();
  const [newest] = await gitlab.commits({ project: PROJECT, limit: 1 });
  const listed = [V4, V3, V2, V3, V1].map((ref) => ({
    commit: promotions[ref]?.id ?? newest?.id,
    title: 'promote',
    ref,
    author: 'Magda',
    date: '2026-01-01T00:00:00Z',
    ran: '3 days',
    rolledBack: ref === V3,
  }));
  const params = rollbackTargets.schema.parse({ project: PROJECT, code: CODE, promotions: listed });
  const plan = await rollbackTargets.plan(params, planning(ports));
  const seen = await rollbackTargets.observe?.(plan, planning(ports));
  expect(seen?.outputs).toMatchObject({
    nearest: V2,
    targets: [
      { ref: V3, iid: 2, support: 'yes', rolledBack: true, commits: [promotions[V4]?.id] },
      { ref: V2, iid: 1, support: 'yes', commits: [promotions[V4]?.id, promotions[V3]?.id] },
      { ref: V1, support: 'no', paths: [expect.stringMatching(/drop/)] },
    ],
    choices: [
      {
        value: V3,
        description: expect.stringMatching(/^by Magda, current for 3 days, taken back itself, 0 migrations/),
      },
      { value: V2, label: 'Back to bbbbbbbb (2026-01-01, !1), rollback supported: yes' },
      { value: V1, description: expect.stringMatching(/1 migration crossed\. internal.*drops a column/) },
    ],
  });
});
