import { expect, test } from 'vitest';
import { eventsOf, newPlace, rollbook, start } from './rollbook.ts';
import { QUICK, type Sandbox, startSandbox } from './sandbox.ts';

const RUNBOOK = 'banking-app/migration-rollback';
const CONFIRMED = ['--yes', '--confirm', 'migrate', '--answer', 'besides=none', '--answer', 'keep-away=done'];
const CHOSEN = ['-i', 'app=accounts', '-i', 'target=0002'];

/** Traffic on blue, green running and not ready, as after the first half of a rollback. */
const BLUE = { app: 'backend-blue', color: 'blue' };
const WORLD = {
  timeScale: 4,
  database: { writers: ['backend-blue'], backups: [] },
  replicas: { backend: 0 },
  services: { 'backend-service': { selector: BLUE } },
  applications: { 'backend-green': { crash: null } },
};

const migrations = (sandbox: Sandbox) =>
  sandbox.audit().filter(({ path }) => path.includes('command=--no-input'));

test.each(['irreversible', 'lock-held', 'connection-drops'])(
  'the drill %s',
  async (scenario) => {
    const flags = ['--scenario', scenario, '--auto', '--json', '-i', 'max-error-rate=1'];
    const { code, lines, err } = await rollbook(newPlace(), 'drill', RUNBOOK, ...flags);
    expect(err).toBe('');
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ type: 'drill-ended', scenario, score: 100 });
    expect(code).toBe(0);
  },
  60_000,
);

test('killed in the middle of a migration and resumed: it is waited for, and never run twice', async () => {
  const place = newPlace();
  const sandbox = await startSandbox(place, { ...WORLD, django: { migrationSeconds: 16 } });
  const { kubeconfig, prometheus } = sandbox.ready;
  const where = ['--kubeconfig', kubeconfig, '--prometheus', prometheus?.url ?? ''];
  const running = start(place, ['run', RUNBOOK, ...where, ...QUICK, ...CHOSEN, ...CONFIRMED, '--json']);
  await running.line((line) => line.includes('Running migrations'));
  running.process.kill('SIGKILL');
  await running.finished;
  const { code, lines, err } = await rollbook(place, 'resume', ...CONFIRMED, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  const interrupted = eventsOf(lines).find((event) => event.type === 'step-interrupted');
  expect(interrupted).toMatchObject({ step: 'migrate', landed: 'yes' });
  expect(migrations(sandbox)).toHaveLength(1);
}, 90_000);

test('a preview plans the migration, and runs none', async () => {
  const place = newPlace();
  const sandbox = await startSandbox(place, WORLD);
  const flags = ['--kubeconfig', sandbox.ready.kubeconfig, ...CHOSEN];
  const { code, out } = await rollbook(place, 'preview', RUNBOOK, ...flags);
  expect(code).toBe(0);
  expect(out).toContain('accounts 0003_account_risk_level -> 0002_transaction');
  expect(migrations(sandbox)).toEqual([]);
  expect(sandbox.writes()).toEqual([]);
}, 60_000);
