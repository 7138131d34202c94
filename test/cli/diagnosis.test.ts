import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/cli/diagnosis.ts';
import { findingLines } from '../../src/cli/doctor.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import { FakeGitLab } from '../fakes/fake-gitlab.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { FakePrometheus } from '../fakes/fake-prometheus.ts';

const folder = () => mkdtempSync(path.join(tmpdir(), 'rollbook-doctor-'));

async function look(given: Parameters<typeof fakePorts>[0] = {}, stateFolder = folder()) {
  const findings = await diagnose({ reads: fakePorts(given), stateFolder, namespace: undefined });
  return { findings, of: (what: string) => findings.find((finding) => finding.what === what) };
}

const prometheus = () => new FakePrometheus().on('vector(1)', 1);

describe('a doctor', () => {
  it('finds well what answers, and says where', async () => {
    const { of } = await look({ prometheus: prometheus(), gitlab: new FakeGitLab() });
    expect(of('Kubernetes')).toMatchObject({
      state: 'well',
      says: 'context test, https://test:6443, as operator, namespace banking-app',
    });
    expect(of('Prometheus')).toMatchObject({ state: 'well', says: 'answers at http://prometheus.test:9090' });
    expect(of('GitLab')?.state).toBe('well');
    expect(of('Your rights')?.state).toBe('well');
  });

  it('tells what is not set up from what is broken', async () => {
    const kubernetes = new FakeKubernetes();
    const refused = new PortFailure('Nothing listens at test:6443.', {
      reason: 'refused',
      next: 'Is the VPN up?',
    });
    kubernetes.failNext('servedVersion', refused);
    const { of, findings } = await look({ kubernetes, prometheus: null });
    expect(of('Prometheus')?.state).toBe('missing');
    expect(of('Kubernetes')).toEqual({
      what: 'Kubernetes',
      state: 'broken',
      says: 'Nothing listens at test:6443.',
      next: 'Is the VPN up?',
    });
    const lines = findingLines(findings);
    expect(lines.join('\n')).toContain('✖ Kubernetes     Nothing listens at test:6443.');
    expect(lines.at(-1)).toBe('1 broken: a session would fail there.');
  });

  it('names the rights that are missing', async () => {
    const kubernetes = new FakeKubernetes();
    kubernetes.allow = ({ subresource }) => ({ allowed: subresource !== 'exec' && subresource !== 'proxy' });
    const { of } = await look({ kubernetes });
    expect(of('Your rights')).toMatchObject({
      state: 'missing',
      says: 'In namespace banking-app you may not: exec in pods, ask pods through the API server.',
    });
  });

  it('finds a token too weak for a revert', async () => {
    const gitlab = new FakeGitLab();
    gitlab.scopes = ['read_api'];
    const { of } = await look({ gitlab });
    expect(of('GitLab')).toMatchObject({
      state: 'broken',
      says: expect.stringContaining('may only read_api'),
    });
  });

  it('sees that sessions can be kept in a folder that is yet to be made', async () => {
    const { of } = await look({}, path.join(folder(), 'state', 'rollbook'));
    expect(of('Sessions')?.state).toBe('well');
  });

  it('sees that a folder cannot be made where a file is', async () => {
    const file = path.join(folder(), 'state');
    writeFileSync(file, '');
    const { of } = await look({}, path.join(file, 'rollbook'));
    expect(of('Sessions')).toMatchObject({ state: 'broken', says: expect.stringContaining(file) });
  });
});
