import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import { applyHistory } from '../../../src/sandbox/repository/client-side-apply.ts';
import { mistakes } from '../../../src/sandbox/repository/repository-spec.ts';
import { createWorkingCopy } from '../../../src/sandbox/repository/working-copy.ts';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';

const NOW = Date.parse('2026-03-04T05:06:07Z');
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function specOf(bad: readonly string[]) {
  const { repository, namespace, operator } = readWorldSpec({ preset: 'banking-app', repository: { bad } });
  if (repository === undefined) throw new Error('there is no repository');
  return { repository, namespace, operator };
}

test.each(mistakes)(
  'a history that ends with %s: three good commits, a bad one, a clean working copy',
  async (bad) => {
    const { repository, operator } = specOf([bad]);
    expect(operator).toBe('applies');
    const folder = mkdtempSync(join(tmpdir(), 'rollbook-manifests-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await createWorkingCopy(folder, repository, NOW);
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
    expect(git('log', '--format=%s', '--', 'k8s/').split('\n')).toHaveLength(4);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('diff', '--stat', 'HEAD~1', 'HEAD', '--', 'k8s/')).not.toBe('');
    const files = git('ls-files', 'k8s/').split('\n');
    const objects = files.flatMap((file) =>
      parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS()),
    );
    expect(objects).toEqual(
      expect.arrayContaining(repository.bad.map((object) => JSON.parse(JSON.stringify(object)))),
    );
    expect(objects).toHaveLength(repository.bad.length);
  },
);

test('the cluster has what the newest commit says, noted and owned as kubectl apply leaves it', () => {
  const { repository, namespace } = specOf(['changed-config', 'added-files', 'deleted-service']);
  const store = new MemoryStore({ now: () => NOW });
  store.create(
    { group: '', resource: 'namespaces' },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  );
  applyHistory(store, repository, NOW);
  const config = store.get({ group: '', resource: 'configmaps' }, namespace, 'banking-config');
  expect(config?.data).toEqual({ CACHE_SECONDS: '86400', LOG_LEVEL: 'error', LEDGER: 'v2' });
  expect(JSON.parse(config?.metadata.annotations?.[LAST_APPLIED] ?? '{}')).toMatchObject({
    data: config?.data,
  });
  expect(config?.metadata.managedFields).toMatchObject([
    { manager: 'kubectl-client-side-apply', operation: 'Update', time: '2026-03-04T05:06:07Z' },
  ]);
  const services = store
    .list({ group: '', resource: 'services' }, namespace)
    .map(({ metadata }) => metadata.name);
  expect(services).toContain('backend-canary');
  expect(services).not.toContain('backend-service');
});

test('a world without a repository has none, and its operator does not apply', () => {
  expect(readWorldSpec({ preset: 'banking-app' })).toMatchObject({
    repository: undefined,
    operator: 'changes',
  });
});
