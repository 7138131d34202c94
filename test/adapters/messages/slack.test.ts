import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSlack, createSlackReads, type SlackOptions } from '../../../src/adapters/messages/slack.ts';
import type { Slack } from '../../../src/ports/messages.ts';
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

const secrets: string[] = [];
const bot = (url: string, given: Partial<SlackOptions> = {}): SlackOptions => ({
  token: { value: 'xoxb-1' },
  channel: 'C0123456',
  url: `${url}/api`,
  clock,
  onSecret: (secret) => secrets.push(secret),
  ...given,
});
const MESSAGE = { text: 'It fails.', marker: 'm1' };

describe('Slack by a bot', () => {
  test('posts once, with its marker, as an answer in a thread', async () => {
    const { url, requests } = await service(() => ({ body: { ok: true, ts: '1.2', channel: 'C0123456' } }));
    const slack = await createSlack(bot(url));
    expect(await slack.post({ ...MESSAGE, thread: '1.1', broadcast: true })).toEqual({ id: '1.2' });
    expect(requests).toMatchObject([
      {
        path: '/api/chat.postMessage',
        headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json' },
        body: {
          channel: 'C0123456',
          text: 'It fails.',
          thread_ts: '1.1',
          reply_broadcast: true,
          metadata: { event_type: 'rollbook_message', event_payload: { marker: 'm1' } },
        },
      },
    ]);
  });

  test('finds its message by the marker, in the channel or a thread', async () => {
    const messages = [
      { ts: '2.1' },
      { ts: '1.2', metadata: { event_type: 'rollbook_message', event_payload: { marker: 'm1' } } },
    ];
    const { url, requests } = await service(() => ({ body: { ok: true, messages } }));
    const slack = await createSlackReads(bot(url));
    expect(await slack.find?.({ channel: 'C0123456', marker: 'm1' })).toEqual({ id: '1.2' });
    expect(await slack.find?.({ channel: 'C0123456', marker: 'm2', thread: '1.1' })).toBeUndefined();
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/conversations.history?channel=C0123456&limit=100&include_all_metadata=true',
      '/api/conversations.replies?channel=C0123456&limit=100&include_all_metadata=true&ts=1.1',
    ]);
  });

  test('looks a channel up by its name, page by page', async () => {
    const { url } = await service(({ path }) => {
      if (!path.includes('conversations.list')) return { body: { ok: true, messages: [] } };
      return path.includes('cursor=c2')
        ? { body: { ok: true, channels: [{ id: 'C9', name: 'ops' }] } }
        : { body: { ok: true, channels: [], response_metadata: { next_cursor: 'c2' } } };
    });
    const slack = await createSlackReads(bot(url));
    expect(await slack.find?.({ channel: '#ops', marker: 'm1' })).toBeUndefined();
    await expect(slack.find?.({ channel: '#nowhere', marker: 'm1' })).rejects.toMatchObject({
      reason: 'not-found',
      message: 'The bot sees no channel #nowhere in Slack.',
    });
  });

  test.each([
    ['invalid_auth', 'unauthorized', 'does not accept the token'],
    ['missing_scope', 'forbidden', 'lacks a scope'],
    ['not_in_channel', 'forbidden', 'not in the channel'],
    ['channel_not_found', 'not-found', 'does not know the channel'],
    ['invalid_blocks', 'invalid', 'does not accept the form'],
    ['fatal_error', 'unexpected', 'would not: fatal_error'],
  ])('%s is %s', async (error, reason, said) => {
    const { url } = await service(() => ({ body: { ok: false, error } }));
    const slack = await createSlack(bot(url));
    await expect(slack.post(MESSAGE)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(said),
    });
  });

  test('waits once where it is asked for a moment, and no longer', async () => {
    let asked = 0;
    const { url, requests } = await service(() => {
      asked += 1;
      return asked === 1
        ? { status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } }
        : { body: { ok: true, ts: '1', channel: 'C' } };
    });
    const slack = await createSlack(bot(url));
    const posting = slack.post(MESSAGE);
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    await clock.advance(2_000);
    expect(await posting).toEqual({ id: '1' });
    expect(requests).toHaveLength(2);
  });

  test('does not wait long, and does not try again', async () => {
    const { url, requests } = await service(() => ({
      status: 429,
      headers: { 'retry-after': '30' },
      body: { ok: false, error: 'ratelimited' },
    }));
    const slack = await createSlack(bot(url));
    await expect(slack.post(MESSAGE)).rejects.toMatchObject({ reason: 'throttled', retryAfterMs: 30_000 });
    expect(requests).toHaveLength(1);
  });

  test.each([
    [503, 'unexpected'],
    [502, 'unexpected'],
  ])('%i is a failure, and not tried again', async (status, reason) => {
    const { url, requests } = await service(() => ({ status, body: '<html>down</html>' }));
    const slack = await createSlack(bot(url));
    await expect(slack.post(MESSAGE)).rejects.toMatchObject({ reason, status });
    expect(requests).toHaveLength(1);
  });

  test('silence ends with the deadline', async () => {
    const { url, requests } = await service(() => 'silence');
    const slack = await createSlack(bot(url, { timeoutMs: 150 }));
    await expect(slack.post(MESSAGE)).rejects.toMatchObject({ reason: 'timeout' });
    expect(requests).toHaveLength(1);
  });

  test('its reads cannot write', async () => {
    const slack = await createSlackReads(bot('http://127.0.0.1:9'));
    expect((slack as Partial<Slack>).post).toBeUndefined();
  });

  test('the token is told before it is used', async () => {
    secrets.length = 0;
    await createSlackReads(bot('http://127.0.0.1:9'));
    expect(secrets).toEqual(['xoxb-1']);
  });
});

describe('Slack by a webhook', () => {
  const hooked = (address: string) =>
    createSlack({ webhook: { value: address }, clock, onSecret: (secret) => secrets.push(secret) });

  test('posts to its address, which is a secret', async () => {
    secrets.length = 0;
    const { url, requests } = await service(() => ({ body: 'ok' }));
    const slack = await hooked(`${url}/services/T/B/x`);
    expect(slack.find).toBeUndefined();
    expect(await slack.post({ ...MESSAGE, thread: '1.1' })).toEqual({});
    expect(requests).toMatchObject([{ path: '/services/T/B/x', body: { text: 'It fails.' } }]);
    expect(secrets).toEqual([`${url}/services/T/B/x`, '/services/T/B/x']);
  });

  test.each([
    ['no_service', 404, 'unauthorized'],
    ['channel_is_archived', 410, 'not-found'],
    ['invalid_payload', 400, 'invalid'],
    ['action_prohibited', 403, 'forbidden'],
  ])('%s is understood, and the address is not told', async (word, status, reason) => {
    const { url } = await service(() => ({ status, body: word }));
    const slack = await hooked(`${url}/services/T/B/secret`);
    const failure = await slack.post(MESSAGE).catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason });
    expect(String(failure) + JSON.stringify(failure)).not.toContain('secret');
  });

  test('a word that is no address is not repeated', async () => {
    const failure = await hooked('hunter2').catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'not-configured' });
    expect(String(failure)).not.toContain('hunter2');
  });
});
