import { describe, expect, test } from 'vitest';
import { messagePlaces, messagePorts, messageReads, messageSecrets } from '../../src/cli/messaging.ts';
import { parseSettings } from '../../src/cli/settings-file.ts';

const settings = parseSettings(
  `
slack: { channel: C1, token-file: /s/token, webhook-command: [pass, slack] }
teams: { webhook-file: /t/webhook }
statuspage: { page: p1, token-command: [pass, page] }
`,
  'rollbook.yaml',
);
const none = parseSettings('', 'rollbook.yaml');
const variable = (name: string) => ({ from: 'environment', variable: name });

describe('where people are told', () => {
  test('as rollbook.yaml says', () => {
    expect(messagePlaces(settings, {})).toEqual({
      slack: {
        channel: 'C1',
        token: { from: 'file', file: '/s/token' },
        webhook: { from: 'command', command: ['pass', 'slack'] },
      },
      teams: { webhook: { from: 'file', file: '/t/webhook' } },
      statuspage: { page: 'p1', key: { from: 'command', command: ['pass', 'page'] } },
    });
  });

  test('the environment goes first, key by key, and no secret of it is kept', () => {
    const env = {
      SLACK_BOT_TOKEN: 'xoxb-secret',
      SLACK_WEBHOOK_URL: 'https://hooks.test/services/secret',
      SLACK_CHANNEL: 'C2',
      TEAMS_WEBHOOK_URL: 'https://flows.test/1?sig=secret',
      STATUSPAGE_API_KEY: 'key-secret',
      STATUSPAGE_PAGE_ID: 'p2',
      STATUSPAGE_URL: 'https://page.test',
    };
    const places = messagePlaces(settings, env);
    expect(places).toEqual({
      slack: { channel: 'C2', token: variable('SLACK_BOT_TOKEN'), webhook: variable('SLACK_WEBHOOK_URL') },
      teams: { webhook: variable('TEAMS_WEBHOOK_URL') },
      statuspage: { page: 'p2', key: variable('STATUSPAGE_API_KEY'), url: 'https://page.test' },
    });
    expect(JSON.stringify(places)).not.toContain('secret');
    expect(messageSecrets(places, env)).toEqual([
      'xoxb-secret',
      'https://hooks.test/services/secret',
      '/services/secret',
      'https://flows.test/1?sig=secret',
      '/1?sig=secret',
      'key-secret',
    ]);
  });

  test.each([
    [{}],
    [{ SLACK_CHANNEL: 'C1' }],
    [{ STATUSPAGE_API_KEY: 'k' }],
    [{ STATUSPAGE_PAGE_ID: 'p' }],
    [{ SLACK_BOT_TOKEN: '', TEAMS_WEBHOOK_URL: '' }],
  ])('%j is nowhere', (env) => {
    expect(messagePlaces(none, env)).toEqual({});
  });

  test('nowhere, every port says that nothing is configured', async () => {
    const { slack, teams, statuspage } = messagePorts({}, () => undefined);
    const reads = messageReads({}, () => undefined);
    for (const open of [slack, teams, statuspage, reads.slack, reads.teams, reads.statuspage])
      await expect(open()).rejects.toMatchObject({ reason: 'not-configured' });
  });
});

test.each([
  ['slack: { token: xoxb }', /Unrecognized key: "token"/],
  ['slack: { webhook-url: "https://x" }', /Unrecognized key: "webhook-url"/],
  ['statuspage: { page: 1 }', /statuspage\.page/],
])('%s is refused: a secret does not stand in rollbook.yaml', (text, says) => {
  expect(() => parseSettings(text, 'rollbook.yaml')).toThrow(says);
});
