import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newPlace, rollbook, start } from './rollbook.ts';

const RUNBOOK = 'banking-app/rollback-plan';

/** Something that looks configured for the real world; it counts who comes. */
async function realWorld() {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    visits,
    env: {
      SLACK_BOT_TOKEN: 'xoxb-of-the-real-world',
      SLACK_CHANNEL: 'C0REAL001',
      SLACK_API_URL: `${url}/api`,
      SLACK_WEBHOOK_URL: `${url}/services/T/B/real`,
      TEAMS_WEBHOOK_URL: `${url}/workflows/real`,
      STATUSPAGE_API_KEY: 'key-of-the-real-world',
      STATUSPAGE_PAGE_ID: 'real',
      STATUSPAGE_URL: `${url}/v1`,
    },
  };
}

function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

test('killed while Slack posts, resumed: told once, in one thread; the real world hears nothing; the report tells all', {
  timeout: 240_000,
}, async () => {
  const real = await realWorld();
  const place = newPlace(real.env);
  const running = start(place, ['drill', RUNBOOK, '--scenario', 'killed-while-telling', '--auto', '--plain']);
  await running.line((line) => /slack-begin {2}started$/.test(line));
  // Slack has the message at once, and says so seconds later.
  const audit = () => everything(place.folder).includes('"path":"/slack/api/chat.postMessage"');
  await expect.poll(audit, { timeout: 10_000 }).toBe(true);
  running.process.kill('SIGKILL');
  await running.finished;
  const [session = ''] = readdirSync(path.join(place.folder, 'state/drills'));

  const resumed = await rollbook(place, 'resume', session, '--auto', '--plain');
  expect(resumed.lines.filter((line) => line.includes('✖'))).toEqual([]);
  expect(resumed.lines).toContain('Drill killed-while-telling: score 100 of 100');
  expect(resumed.lines.some((line) => /slack-begin {2}interrupted {2}landed: yes/.test(line))).toBe(true);
  expect(real.visits).toEqual([]);

  const kept = everything(path.join(place.folder, 'state'));
  for (const secret of [
    'xoxb-',
    'sandbox-statuspage-key',
    'rollbookrollbook',
    'sandboxsandbox',
    'of-the-real-world',
  ])
    expect(kept).not.toContain(secret);

  const file = path.join(place.folder, 'report.html');
  expect(await rollbook(place, 'report', session, '-o', file)).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(file, 'utf8')).toMatch(
    /Root cause analysis.*whole and unchanged|whole and unchanged.*Root cause analysis/s,
  );
  const told = await rollbook(place, 'report', session, '--format', 'json');
  expect(JSON.parse(told.out)).toMatchObject({
    journal: { whole: true },
    session: { mode: 'drill', outcome: 'succeeded' },
    followUps: { length: 4 },
  });
  const journal = path.join(place.folder, 'state/drills', session, 'journal.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"by":"--auto"', '"by":"operator"'));
  const damaged = await rollbook(place, 'report', session);
  expect(damaged.code).toBe(1);
  expect(damaged.out).toContain('The journal is DAMAGED');
  expect(damaged.err).toContain('was changed after it was written');
});

test('a preview of the sandbox tells nobody, whatever is configured', { timeout: 60_000 }, async () => {
  const real = await realWorld();
  const place = newPlace(real.env);
  const previewed = await rollbook(place, 'preview', RUNBOOK, '--sandbox', '--plain');
  expect(previewed.code).toBe(0);
  expect(previewed.out).toContain('+ Banking app is in trouble');
  expect(real.visits).toEqual([]);
});
