import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSettings } from '../../src/cli/settings.ts';
import { temporaryFolder } from '../journal/folder.ts';

function written(user: string | undefined, project: string | undefined) {
  const folder = temporaryFolder();
  const home = path.join(folder, 'config/rollbook');
  const cwd = path.join(folder, 'project');
  mkdirSync(home, { recursive: true });
  mkdirSync(cwd);
  if (user !== undefined) writeFileSync(path.join(home, 'rollbook.yaml'), user);
  if (project !== undefined) writeFileSync(path.join(cwd, 'rollbook.yaml'), project);
  return readSettings(cwd, { XDG_CONFIG_HOME: path.join(folder, 'config') });
}

const USER = 'prometheus: { url: "http://user" }\ncontexts: { prod: { production: true }, dev: {} }\n';

test('no file is no setting', async () => {
  expect(await written(undefined, undefined)).toEqual({ contexts: {} });
  expect(await written('', '# nothing yet\n')).toEqual({ contexts: {} });
});

test("the project's file stands over the user's, context by context", async () => {
  const project = 'prometheus: { url: "http://project" }\ncontexts: { dev: { production: true } }\n';
  expect(await written(USER, project)).toEqual({
    prometheus: { url: 'http://project' },
    contexts: { prod: { production: true }, dev: { production: true } },
  });
});

test.each([
  ['a word that is unknown', 'context: {}\n', /Unrecognized key: "context"/],
  ['an address that is none', 'prometheus: { url: here }\n', /prometheus\.url/],
  ['a value of the wrong type', 'contexts: { prod: { production: "yes" } }\n', /contexts\.prod\.production/],
  ['no YAML', 'contexts: [\n', /rollbook\.yaml is not as expected/],
])('%s is a sentence', async (_, text, says) => {
  await expect(written(USER, text)).rejects.toMatchObject({
    name: 'CommandFailure',
    exitCode: 2,
    message: expect.stringMatching(says),
  });
});
