import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { selectContext } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { temporaryFolder } from '../api-server.ts';

/** A kubeconfig whose context, cluster and user all have this name. */
function config(name: string, more: object = {}): string {
  return JSON.stringify({
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${name}.test` } }],
    users: [{ name, user: { token: name } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    ...more,
  });
}

function files(contents: Readonly<Record<string, string>>): (name: string) => string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

describe('selectContext', () => {
  it('merges the files of KUBECONFIG as kubectl does: missing ones are skipped, the first to say something wins', () => {
    const path = files({
      one: config('one'),
      two: config('two', {
        clusters: [
          { name: 'one', cluster: { server: 'https://other.test' } },
          { name: 'two', cluster: { server: 'https://two.test' } },
        ],
      }),
    });
    const KUBECONFIG = ['', path('missing'), path('one'), path('two'), path('one')].join(delimiter);
    expect(selectContext({ env: { KUBECONFIG } }).context).toMatchObject({
      name: 'one',
      server: 'https://one.test',
      namespace: 'default',
    });
    expect(selectContext({ env: { KUBECONFIG }, context: 'two' }).context.server).toBe('https://two.test');
  });

  it.each([
    ['users', { users: [null] }],
    ['contexts', { contexts: 5 }],
    ['clusters', { clusters: [{ cluster: {} }] }],
    ['no address', { clusters: [{ name: 'one', cluster: { server: 'one two' } }] }],
    ['the file', 5],
  ])('says what is wrong with a file of another shape: %s', (what, more) => {
    const text = typeof more === 'number' ? String(more) : config('one', more);
    const kubeconfig = files({ one: text })('one');
    expect(() => selectContext({ env: {}, kubeconfig })).toThrow(
      expect.objectContaining({ reason: 'not-configured', message: expect.stringContaining(what) }),
    );
  });

  it('lets --kubeconfig, --context and --namespace win', () => {
    const path = files({ one: config('one'), two: config('two') });
    const chosen = selectContext({
      env: { KUBECONFIG: path('one') },
      kubeconfig: path('two'),
      namespace: 'shop',
    });
    expect(chosen.context).toEqual({
      name: 'two',
      cluster: 'two',
      server: 'https://two.test',
      user: 'two',
      namespace: 'shop',
    });
  });

  it('looks into the home folder when KUBECONFIG is empty', () => {
    const HOME = temporaryFolder();
    mkdirSync(join(HOME, '.kube'));
    writeFileSync(join(HOME, '.kube', 'config'), config('home'));
    expect(selectContext({ env: { HOME, KUBECONFIG: '' } }).context.name).toBe('home');
  });

  it('takes a relative login command from beside the kubeconfig', () => {
    const exec = { command: './bin/login' };
    const path = files({ one: config('one', { users: [{ name: 'one', user: { exec } }] }) });
    expect(selectContext({ env: {}, kubeconfig: path('one') }).exec?.command).toBe(path('bin/login'));
  });

  it.each([
    ['nothing at all', { env: {} }, /No Kubernetes cluster is configured/],
    [
      'a file that does not exist',
      { env: {}, kubeconfig: '/nowhere/config' },
      /\/nowhere\/config does not exist/,
    ],
  ])('has a sentence for %s', (_case, options, message) => {
    expect(() => selectContext(options)).toThrow(message);
  });

  it.each([
    ['text that is not YAML', 'a: [1', {}, /is not YAML: /],
    ['an empty file', '', {}, /No Kubernetes cluster is configured/],
    ['a list in place of a configuration', '- a', {}, /the file: .*expected object/],
    ['an unknown context', config('one'), { context: 'two' }, /has no context "two"/],
    ['no current context', config('one', { 'current-context': '' }), {}, /names no current context/],
    [
      'a cluster that is missing',
      config('one', { clusters: [] }),
      {},
      /names the cluster "one", which the kubeconfig lacks/,
    ],
    [
      'a user that is missing',
      config('one', { users: [] }),
      {},
      /names the user "one", which the kubeconfig lacks/,
    ],
  ])('has a sentence for %s', (_case, text, options, message) => {
    const path = files({ config: text });
    expect(() => selectContext({ env: {}, kubeconfig: path('config'), ...options })).toThrow(
      expect.objectContaining({ reason: 'not-configured', message: expect.stringMatching(message) }),
    );
  });
});
