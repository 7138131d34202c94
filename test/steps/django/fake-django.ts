import type { ExecRequest, ExecResult } from '../../../src/ports/kubernetes.ts';
import { FakeKubernetes } from '../../fakes/fake-kubernetes.ts';
import { deployment, pod, service } from '../../fakes/kube-objects.ts';

export interface FakeMigration {
  readonly app: string;
  readonly name: string;
  /** As `migrate --plan` prints them on the way back. */
  readonly operations: readonly string[];
  readonly backwards: string;
  /** 'Operation <RunPython …> in accounts.0004_x is not reversible' */
  readonly irreversible?: string;
  /** Keys that must be applied before. */
  readonly after?: readonly string[];
}

export const MIGRATIONS: readonly FakeMigration[] = [
  {
    app: 'accounts',
    name: '0001_initial',
    operations: ['Undo Create model Account'],
    backwards: 'BEGIN;\n--\n-- Create model Account\n--\nDROP TABLE "accounts_account" CASCADE;\nCOMMIT;\n',
  },
  {
    app: 'accounts',
    name: '0002_transaction',
    operations: ['Undo Create model Transaction'],
    backwards:
      'BEGIN;\n--\n-- Create model Transaction\n--\nDROP TABLE "accounts_transaction" CASCADE;\nCOMMIT;\n',
    after: ['accounts.0001_initial'],
  },
  {
    app: 'accounts',
    name: '0003_account_risk_level',
    operations: ['Undo Add field risk_level to account', 'Raw Python operation'],
    backwards:
      'BEGIN;\n--\n-- MIGRATION NOW PERFORMS OPERATION THAT CANNOT BE WRITTEN AS SQL:\n-- Raw Python operation\n--\n--\n-- Add field risk_level to account\n--\nALTER TABLE "accounts_account" DROP COLUMN "risk_level" CASCADE;\nCOMMIT;\n',
    after: ['accounts.0002_transaction'],
  },
];

export const V1 = 'banking.local/backend:v1';
export const V2 = 'banking.local/backend:v2';
const DATABASE_POD = 'postgres-0';

/** Django in pods of several images, and the database behind it, as far as manage.py and psql show them. */
export class FakeDjango {
  migrations = MIGRATIONS;
  /** How many of `migrations` an image has; one that is not here has no python. */
  readonly images: Record<string, number> = { [V1]: 2, [V2]: 3 };
  /** Keys, in the order in which they were applied. */
  applied: string[] = MIGRATIONS.map(({ app, name }) => `${app}.${name}`);
  values = 53;
  /** Sessions that have a lock; a migration then ends by its lock timeout. */
  holding: unknown[] = [];
  /** Sessions of the migration that are at work. */
  migrating: unknown[] = [];
  /** Printed around what manage.py says. */
  noise = { stdout: '', stderr: '' };
  /** Asked before `migrate` does anything; what it returns is what happens in place of it. */
  onMigrate: (argv: readonly string[]) => Partial<ExecResult> | undefined = () => undefined;
  readonly kube: FakeKubernetes;
  #served = false;

  /** In a cluster of its own, or beside what a given one has. */
  constructor(kube = new FakeKubernetes()) {
    this.kube = kube;
    const inPod = (app: string, image: string, ready = true) =>
      this.kube.put(pod(`${app}-0`, { labels: { app }, image, ready, container: 'backend' }));
    inPod('backend-blue', V1);
    inPod('backend-green', V2, false);
    this.kube.put(pod('web-0', { labels: { app: 'backend-blue' }, image: 'web:v1', container: 'backend' }));
    this.kube.put(service('backend-service', { app: 'backend-blue' }));
    this.kube.put(deployment('backend-green', { labels: { app: 'backend-green' }, replicas: 1, ready: 0 }));
    const { program } = kube;
    this.kube.program = (request) => this.#run(request) ?? program(request);
  }

  /** The server that `database` of a step names. */
  withDatabase(): this {
    this.#served = true;
    this.kube.put(
      pod(DATABASE_POD, { labels: { app: 'postgres' }, image: 'postgres:15', container: 'postgres' }),
    );
    return this;
  }

  /** One image more or less, in one pod. */
  putPod(
    name: string,
    image: string,
    options: { readonly app: string; readonly ready?: boolean; readonly terminating?: boolean },
  ) {
    const { app, ...rest } = options;
    this.kube.put(pod(name, { labels: { app }, image, container: 'backend', ...rest }));
  }

  #run({ pod: name, container, argv }: ExecRequest): Partial<ExecResult> | undefined {
    if (name === DATABASE_POD && this.#served)
      return argv[0] === 'psql' ? this.#psql(argv.join('\n')) : undefined;
    const count = container === 'backend' ? this.images[this.#imageOf(name)] : undefined;
    const at = argv.indexOf('python');
    if (count === undefined || at === -1) return undefined;
    if (argv[at + 1] !== 'manage.py')
      return refusal(2, `python: can't open file '${argv[at + 1]}': [Errno 2] No such file or directory`);
    const known = this.migrations.slice(0, count);
    const answer = this.#manage(argv.slice(at + 2), known);
    return {
      ...answer,
      stdout: `${this.noise.stdout}${answer.stdout ?? ''}`,
      stderr: `${this.noise.stderr}${answer.stderr ?? ''}`,
    };
  }

  #imageOf(name: string): string {
    const spec = this.kube.peek('Pod', name)?.spec as
      | { containers: readonly { name: string; image: string }[] }
      | undefined;
    return spec?.containers.find((each) => each.name === 'backend')?.image ?? '';
  }

  #manage([command, ...args]: readonly string[], known: readonly FakeMigration[]): Partial<ExecResult> {
    if (command === 'showmigrations') {
      const lines = known.map(({ app, name }) => `[${this.#has(app, name) ? 'X' : ' '}]  ${app}.${name}\n`);
      return { stdout: lines.join('') };
    }
    if (command === 'sqlmigrate') return this.#sql(args, known);
    if (command === 'migrate')
      return args.includes('--plan') ? this.#plan(args, known) : this.#migrate(args, known);
    return refusal(1, `Unknown command: '${command}'`);
  }

  #has(app: string, name: string): boolean {
    return this.applied.includes(`${app}.${name}`);
  }

  #sql([app, name, ...options]: readonly string[], known: readonly FakeMigration[]): Partial<ExecResult> {
    const found = known.find((each) => each.app === app && each.name === name);
    if (found?.irreversible !== undefined)
      return refusal(
        1,
        `Traceback (most recent call last):\n  File "manage.py", line 8\ndjango.db.migrations.exceptions.IrreversibleError: ${found.irreversible}`,
      );
    if (found === undefined) return refusal(1, 'CommandError: Cannot find it');
    return {
      stdout: options.includes('--backwards')
        ? found.backwards
        : 'BEGIN;\nALTER TABLE "a" ADD COLUMN "b" int;\nCOMMIT;\n',
    };
  }

  /** What would move, in order. */
  #moving([app = '', target = '']: readonly string[], known: readonly FakeMigration[]) {
    const own = known.filter((each) => each.app === app);
    const at = own.findIndex(({ name }) => name === target);
    const key = `${app}.${target}`;
    if (target !== 'zero' && !this.applied.includes(key))
      return { backwards: false, moved: own.slice(0, at + 1).filter(({ name }) => !this.#has(app, name)) };
    const gone = new Set(
      own
        .slice(at + 1)
        .filter(({ name }) => this.#has(app, name))
        .map((each) => `${each.app}.${each.name}`),
    );
    for (const each of known)
      if (each.after?.some((parent) => gone.has(parent)) && this.#has(each.app, each.name))
        gone.add(`${each.app}.${each.name}`);
    return { backwards: true, moved: known.filter((each) => gone.has(`${each.app}.${each.name}`)).reverse() };
  }

  #plan(args: readonly string[], known: readonly FakeMigration[]): Partial<ExecResult> {
    const { moved, backwards } = this.#moving(args, known);
    const lines = moved.flatMap(({ app, name, operations }) => [
      `${app}.${name}`,
      ...operations.map((each) => `    ${backwards ? each : each.replace('Undo ', '')}`),
    ]);
    return {
      stdout: [
        'Planned operations:',
        ...(lines.length > 0 ? lines : ['  No planned migration operations.']),
        '',
      ].join('\n'),
    };
  }

  #migrate(args: readonly string[], known: readonly FakeMigration[]): Partial<ExecResult> {
    const instead = this.onMigrate(args);
    if (instead !== undefined) return instead;
    if (this.holding.length > 0)
      return refusal(1, 'django.db.utils.OperationalError: canceling statement due to lock timeout\n');
    const { moved, backwards } = this.#moving(args, known);
    const keys = moved.map(({ app, name }) => `${app}.${name}`);
    this.applied = backwards ? this.applied.filter((key) => !keys.includes(key)) : [...this.applied, ...keys];
    return {
      stdout: keys.map((key) => `  ${backwards ? 'Unapplying' : 'Applying'} ${key}... OK\n`).join(''),
    };
  }

  #psql(command: string): Partial<ExecResult> {
    if (command.includes('django_migrations'))
      return rows(this.applied.map((key) => ({ app: key.split('.')[0], name: key.split('.')[1] })));
    if (command.includes('application_name = ')) return rows(this.migrating.map((session) => ({ session })));
    if (command.includes('pg_locks')) return rows(this.holding.map((session) => ({ session })));
    if (command.includes('count(')) return rows([{ count: this.values }]);
    return refusal(1, 'ERROR:  syntax error');
  }
}

function rows(values: readonly unknown[]): Partial<ExecResult> {
  return { stdout: `${JSON.stringify(values)}\n` };
}

export function refusal(exitCode: number, stderr: string): Partial<ExecResult> {
  return { exitCode, stderr };
}
