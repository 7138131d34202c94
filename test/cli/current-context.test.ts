import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { currentContext } from '../../src/cli/current-context.ts';
import { temporaryFolder } from '../journal/folder.ts';

const config = (current: string, ...names: readonly string[]) =>
  JSON.stringify({
    'current-context': current,
    contexts: names.map((name) => ({ name, context: { cluster: 'c', namespace: `ns-of-${name}` } })),
  });

function written(...texts: readonly string[]): NodeJS.ProcessEnv {
  const folder = temporaryFolder();
  const files = texts.map((text, place) => {
    const file = path.join(folder, `${place}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  return { KUBECONFIG: files.join(path.delimiter) };
}

test.each([
  ['the current one', [config('prod', 'dev', 'prod')], { context: 'prod', namespace: 'ns-of-prod' }],
  [
    'the first that is named, wherever it is',
    [config('', 'dev'), config('prod', 'prod')],
    { context: 'prod', namespace: 'ns-of-prod' },
  ],
  [
    'without a namespace',
    ['{current-context: a, contexts: [{name: a, context: {cluster: c}}]}'],
    { context: 'a' },
  ],
  ['none', [config('')], undefined],
  ['one that is not there', [config('gone', 'dev')], undefined],
  ['of a file that is no kubeconfig', ['contexts: 3', 'a: [', ''], undefined],
])('%s', (_, texts, found) => {
  expect(currentContext(written(...texts))).toEqual(found);
});

test('a file that is not there names none', () => {
  expect(currentContext({ KUBECONFIG: '/nowhere/config' })).toBeUndefined();
});
