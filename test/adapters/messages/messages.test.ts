import { afterEach, describe, expect, test } from 'vitest';
import { createSlackReads } from '../../../src/adapters/messages/slack.ts';
import { createStatuspage, createStatuspageReads } from '../../../src/adapters/messages/statuspage.ts';
import { createTeams, createTeamsReads } from '../../../src/adapters/messages/teams.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { type Answering, startService } from './service.ts';

const clock = new FakeClock();
const services: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

async function service(answering: Answering) {
  const started = await startService(answering);
  services.push(started);
  return started;
}

test('nothing configured is said so', async () => {
  for (const open of [
    createSlackReads({ clock }),
    createTeamsReads({ clock }),
    createStatuspageReads({ clock, key: { value: 'key-1' } }),
    createStatuspageReads({ clock, page: 'p1' }),
  ])
    await expect(open).rejects.toMatchObject({ reason: 'not-configured' });
});

describe('Teams', () => {
  test('a workflow gets a card in an envelope, and answers 202', async () => {
    const { url, requests } = await service(() => ({ status: 202, body: '' }));
    const teams = await createTeams({ webhook: { value: `${url}/workflows/1?sig=s3cret` }, clock });
    expect(await teams.post({ type: 'AdaptiveCard' })).toEqual({});
    expect(requests).toMatchObject([
      {
        path: '/workflows/1?sig=s3cret',
        body: {
          type: 'message',
          attachments: [
            { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } },
          ],
        },
      },
    ]);
  });

  test('a refusal is told in its own words, without the address', async () => {
    const body = { error: { code: 'TriggerInputSchemaMismatch', message: 'No card.' } };
    const { url } = await service(() => ({ status: 400, body }));
    const teams = await createTeams({ webhook: { value: `${url}/workflows/1?sig=s3cret` }, clock });
    const failure = await teams.post({}).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      reason: 'invalid',
      message: `Teams at ${new URL(url).host} refused the message (400): No card.`,
    });
    expect(String(failure)).not.toContain('s3cret');
  });
});

describe('Statuspage', () => {
  const ANSWER = {
    id: 'i1',
    name: 'Payments fail',
    status: 'investigating',
    shortlink: 'https://stspg.io/1',
    incident_updates: [{ status: 'investigating', body: 'We look.' }],
    metadata: { rollbook: { marker: 'm1' } },
  };
  const open = (url: string) =>
    createStatuspage({ key: { value: 'key-1' }, page: 'p 1', url: `${url}/v1`, clock });

  test('opens an incident with everything that was asked for', async () => {
    const { url, requests } = await service(() => ({ status: 201, body: ANSWER }));
    const page = await open(url);
    const incident = await page.open({
      name: 'Payments fail',
      status: 'investigating',
      impact: 'major',
      body: 'We look.',
      components: { c1: 'major_outage' },
      notify: false,
      marker: 'm1',
    });
    expect(incident).toEqual({
      id: 'i1',
      name: 'Payments fail',
      status: 'investigating',
      url: 'https://stspg.io/1',
      updates: [{ status: 'investigating', body: 'We look.' }],
      marker: 'm1',
    });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        path: '/v1/pages/p%201/incidents',
        headers: { authorization: 'OAuth key-1' },
        body: {
          incident: {
            name: 'Payments fail',
            status: 'investigating',
            body: 'We look.',
            impact_override: 'major',
            components: { c1: 'major_outage' },
            component_ids: ['c1'],
            deliver_notifications: false,
            metadata: { rollbook: { marker: 'm1' } },
          },
        },
      },
    ]);
  });

  test('moves one on', async () => {
    const { url, requests } = await service(() => ({ body: { ...ANSWER, status: 'resolved' } }));
    const page = await open(url);
    await page.update({ id: 'i/1', status: 'resolved', body: 'Over.', notify: true });
    expect(requests).toMatchObject([
      {
        method: 'PATCH',
        path: '/v1/pages/p%201/incidents/i%2F1',
        body: { incident: { status: 'resolved', body: 'Over.', deliver_notifications: true } },
      },
    ]);
  });

  test.each([
    [401, { error: 'Could not authenticate' }, 'unauthorized', 'Could not authenticate'],
    [404, { error: 'Not found' }, 'not-found', 'Not found'],
    [
      422,
      { error: ["Name can't be blank", 'Status is wrong'] },
      'invalid',
      "Name can't be blank; Status is wrong",
    ],
    [500, '<html>', 'unexpected', 'failed (500)'],
  ])('%i is %s', async (status, body, reason, said) => {
    const { url } = await service(() => ({ status, body }));
    const page = await open(url);
    await expect(page.unresolved()).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(said),
    });
  });

  test('something else at its address is noticed', async () => {
    const { url } = await service(() => ({ body: { hello: 'world' } }));
    await expect((await open(url)).unresolved()).rejects.toMatchObject({
      message: expect.stringContaining('is not Statuspage'),
    });
  });
});
