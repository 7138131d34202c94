import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuditLog, openAuditLog } from '../../../src/sandbox/audit.ts';
import { type FetchServer, serveFetch } from '../../../src/sandbox/fetch-server.ts';
import { completeInboxes, inboxesReady } from '../../../src/sandbox/inboxes/inboxes-spec.ts';
import { inboxesHandler } from '../../../src/sandbox/inboxes/server.ts';
import type { FaultAnswer } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';

let server: FetchServer;
let audit: AuditLog;
let fault: FaultAnswer | undefined;
const folder = mkdtempSync(path.join(tmpdir(), 'inboxes-'));

beforeAll(async () => {
  audit = openAuditLog(path.join(folder, 'audit.jsonl'));
  const faults = {
    intercept: () => {
      const now = fault;
      fault = undefined;
      return now;
    },
  };
  server = await serveFetch(inboxesHandler({ audit, clock: systemClock(), faults }));
});

afterAll(async () => {
  await server.close();
  audit.close();
  rmSync(folder, { recursive: true });
});

const ready = () => inboxesReady(server.url, completeInboxes());
const api = async (method: string, body: object, token = ready().slack?.token) => {
  const response = await fetch(`${ready().slack?.api}/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { ok: boolean; error?: string; ts?: string };
};
const hook = (body: string) => fetch(ready().slack?.webhook ?? '', { method: 'POST', body });
const card = (content: object) =>
  fetch(ready().teams?.webhook ?? '', {
    method: 'POST',
    body: JSON.stringify({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
    }),
  });
const page = (method: string, at: string, body?: object, key = ready().statuspage?.key) =>
  fetch(`${ready().statuspage?.url}/pages/${ready().statuspage?.page}${at}`, {
    method,
    headers: { authorization: `OAuth ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('Slack refuses what Slack refuses', () => {
  const channel = 'C0SANDBOX1';
  const section = (text: string) => [{ type: 'section', text: { type: 'plain_text', text } }];

  test.each([
    [{ channel }, 'no_text'],
    [{ channel: '#nowhere', text: 'x' }, 'channel_not_found'],
    [{ channel, text: 'x'.repeat(40_001) }, 'msg_too_long'],
    [{ channel, text: 'x', thread_ts: '1.1' }, 'thread_not_found'],
    [{ channel, text: 'x', blocks: section('x'.repeat(3001)) }, 'invalid_blocks'],
    [{ channel, text: 'x', blocks: section('') }, 'invalid_blocks'],
    [
      { channel, text: 'x', blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] },
      'invalid_blocks',
    ],
    [
      { channel, text: 'x', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) },
      'invalid_blocks',
    ],
    [
      { channel, text: 'x', metadata: { event_type: 'not a word', event_payload: {} } },
      'invalid_metadata_format',
    ],
  ])('%j is %s', async (body, error) => {
    expect(await api('chat.postMessage', body)).toEqual({ ok: false, error });
  });

  test('a token that it does not know', async () => {
    expect(await api('auth.test', {}, 'xoxb-other')).toEqual({ ok: false, error: 'invalid_auth' });
  });

  test('keeps what it takes: in order, in threads, with metadata for those who ask', async () => {
    const metadata = { event_type: 'rollbook_message', event_payload: { marker: 'm' } };
    const { ts } = await api('chat.postMessage', { channel: '#incidents', text: 'one', metadata });
    await api('chat.postMessage', { channel, text: 'two', thread_ts: ts });
    await api('chat.postMessage', { channel, text: 'three', thread_ts: ts, reply_broadcast: true });
    const get = async (what: string) => {
      const response = await fetch(`${ready().slack?.api}/${what}`, {
        headers: { authorization: `Bearer ${ready().slack?.token}` },
      });
      return (await response.json()) as { messages: { text: string; metadata?: unknown }[] };
    };
    const history = await get(`conversations.history?channel=${channel}&include_all_metadata=true`);
    expect(history.messages.map(({ text }) => text)).toEqual(['three', 'one']);
    expect(history.messages.at(-1)?.metadata).toEqual(metadata);
    const replies = await get(`conversations.replies?channel=${channel}&ts=${ts}`);
    expect(replies.messages.map(({ text }) => text)).toEqual(['three', 'two', 'one']);
    expect(replies.messages.at(-1)).not.toHaveProperty('metadata');
    expect(await get('conversations.history?channel=incidents')).toEqual({
      ok: false,
      error: 'channel_not_found',
    });
  });

  test.each([
    ['{', 400, 'invalid_payload'],
    ['{}', 400, 'no_text'],
    [JSON.stringify({ text: 'x', blocks: [{ type: 'video' }] }), 400, 'invalid_blocks'],
    [JSON.stringify({ text: 'x' }), 200, 'ok'],
  ])('a webhook answers %s with %i %s', async (body, status, word) => {
    const response = await hook(body);
    expect([response.status, await response.text()]).toEqual([status, word]);
  });

  test('a webhook that there is not', async () => {
    const response = await fetch(`${server.url}/slack/services/T/B/other`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([404, 'no_service']);
  });
});

describe('Teams refuses what a workflow refuses', () => {
  const block = { type: 'TextBlock', text: 'x' };
  const good = { type: 'AdaptiveCard', version: '1.4', body: [block] };

  test.each([
    [good, 202],
    [{ ...good, type: 'MessageCard' }, 400],
    [{ ...good, version: '2.0' }, 400],
    [{ ...good, body: [] }, 400],
    [{ ...good, body: [{ ...block, text: 'x'.repeat(29 * 1024) }] }, 400],
    [{ ...good, actions: [{ type: 'Action.OpenUrl', url: 'javascript:alert(1)' }] }, 400],
  ])('%#', async (content, status) => {
    expect((await card(content)).status).toBe(status);
  });

  test('a signature that is wrong', async () => {
    const wrong = (ready().teams?.webhook ?? '').replace('sandboxsandbox', 'guessed');
    expect((await fetch(wrong, { method: 'POST', body: '{}' })).status).toBe(401);
  });
});

describe('Statuspage refuses what Statuspage refuses', () => {
  test.each([
    [{}, ["Name can't be blank"]],
    [{ name: 'x', status: 'broken' }, ['Status is not included in the list']],
    [{ name: 'x', components: { nope: 'operational' } }, ['Component nope does not exist']],
    [{ name: 'x', components: { cmpweb000001: 'gone' } }, ['Component status gone is not valid']],
    [{ name: 'x', colour: 'red' }, ['found unpermitted parameter: colour']],
  ])('%j', async (incident, error) => {
    const response = await page('POST', '/incidents', { incident });
    expect([response.status, await response.json()]).toEqual([422, { error }]);
  });

  test('a key that it does not know', async () => {
    const response = await page('GET', '/incidents', undefined, 'other');
    expect([response.status, await response.json()]).toEqual([401, { error: 'Could not authenticate' }]);
  });

  test('an incident from beginning to end', async () => {
    const incident = {
      name: 'x',
      status: 'investigating',
      body: 'a',
      components: { cmpweb000001: 'major_outage' },
    };
    const opened = await page('POST', '/incidents', { incident });
    expect(opened.status).toBe(201);
    const { id } = (await opened.json()) as { id: string };
    const state = async () => (await page('GET', '/components')).json();
    expect(await state()).toMatchObject([{ status: 'major_outage' }, { status: 'operational' }]);
    const over = { status: 'resolved', body: 'b', components: { cmpweb000001: 'operational' } };
    expect((await page('PATCH', `/incidents/${id}`, { incident: over })).status).toBe(200);
    expect(await (await page('GET', `/incidents/${id}`)).json()).toMatchObject({
      status: 'resolved',
      incident_updates: [{ body: 'b' }, { body: 'a' }],
    });
    expect(await (await page('GET', '/incidents/unresolved')).json()).toEqual([]);
    expect(await state()).toMatchObject([{ status: 'operational' }, {}]);
  });
});

describe('what arrived', () => {
  test('is a page without markup of its messages', async () => {
    await hook(JSON.stringify({ text: '&lt;script&gt;alert(1)&lt;/script&gt;' }));
    const response = await fetch(server.url, { headers: { accept: 'text/html' } });
    const html = await response.text();
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script');
  });

  test('is JSON for everyone else, and no secret is in the audit log', async () => {
    expect(await (await fetch(server.url)).json()).toMatchObject({
      slack: expect.any(Array),
      teams: [{ card: { type: 'AdaptiveCard' } }],
      statuspage: { incidents: [{ status: 'resolved' }] },
    });
    const log = readFileSync(audit.path, 'utf8');
    expect(log).toContain('"path":"/slack/webhook"');
    for (const secret of ['rollbookrollbook', 'sandboxsandbox', 'xoxb', 'sandbox-statuspage-key'])
      expect(log).not.toContain(secret);
  });
});

describe('faults', () => {
  test('a service that is down', async () => {
    fault = { respond: { code: 429, retryAfterSeconds: 3 } };
    const response = await hook('{}');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
  });

  test('a message that is taken, and the answer lost', async () => {
    fault = { dropAnswer: true };
    await expect(hook(JSON.stringify({ text: 'kept all the same' }))).rejects.toThrow();
    expect(await (await fetch(server.url)).text()).toContain('kept all the same');
  });
});
