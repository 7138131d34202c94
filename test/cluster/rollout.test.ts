import { describe, expect, it } from 'vitest';
import { rolloutVerdict } from '../../src/cluster/rollout.ts';
import { deployment } from '../fakes/kube-objects.ts';

describe('rolloutVerdict', () => {
  it('holds when the newest revision has every pod ready and nothing else is left', () => {
    const verdict = rolloutVerdict(deployment('web', { replicas: 3, generation: 4 }));
    expect(verdict).toMatchObject({ holds: true, observed: true, summary: '3/3 ready' });
    expect(verdict.evidence).toEqual(['3 updated, 3 ready, 3 available of 3', 'generation 4 observed']);
  });

  it('does not believe counts of an older generation', () => {
    const verdict = rolloutVerdict(deployment('web', { generation: 5, observedGeneration: 4 }));
    expect(verdict).toMatchObject({ holds: false, observed: false });
    expect(verdict.evidence).toEqual(['the controller has seen generation 4 of 5']);
  });

  it('does not call a rollout hopeless for a deadline of an older generation', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    const stale = rolloutVerdict(
      deployment('web', { generation: 5, observedGeneration: 4, ready: 0, conditions }),
    );
    expect(stale.hopeless).toBeUndefined();
  });

  it.each([
    ['a pod is not ready', { replicas: 3, ready: 2 }, ['2 of 3 pods are ready', '2 of 3 pods are available']],
    [
      'an old pod is still there',
      { replicas: 3, updated: 2 },
      ['2 of 3 pods are of the new revision', '1 pod of an old revision still there'],
    ],
  ])('names what is missing when %s', (_case, options, evidence) => {
    expect(rolloutVerdict(deployment('web', options))).toMatchObject({ holds: false, evidence });
  });

  it('is hopeless once the progress deadline has passed, with the message made harmless', () => {
    const conditions = [
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: 'timed \u001b[31mout',
      },
    ];
    expect(rolloutVerdict(deployment('web', { ready: 0, conditions })).hopeless).toBe(
      'deployment/web exceeded its progress deadline: timed out',
    );
  });

  it('gives an undo the time to begin: the verdict on the revision before may still stand there', () => {
    const stale = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
    const undone = deployment('web', {
      replicas: 2,
      updated: 0,
      ready: 1,
      generation: 5,
      conditions: [stale],
    });
    expect(rolloutVerdict(undone)).toMatchObject({ holds: false });
    expect(rolloutVerdict(undone).hopeless).toBeUndefined();
    const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' };
    const stuck = deployment('web', { replicas: 2, updated: 0, ready: 1, conditions: [stale, refused] });
    expect(rolloutVerdict(stuck).hopeless).toMatch(/progress deadline/);
  });

  it('is hopeless while paused before the new revision is out', () => {
    const base = deployment('web', { replicas: 2, updated: 0 });
    const verdict = rolloutVerdict({ ...base, spec: { ...base.spec, paused: true } });
    expect(verdict.hopeless).toMatch(/paused/);
  });

  it('waits for the last pod when scaled to zero', () => {
    const base = deployment('web', { replicas: 0 });
    expect(rolloutVerdict(base)).toMatchObject({
      holds: true,
      evidence: ['scaled to zero, no pods left', expect.any(String)],
    });
    const leaving = { ...base, status: { ...base.status, replicas: 1, updatedReplicas: 1 } };
    expect(rolloutVerdict(leaving)).toMatchObject({
      holds: false,
      evidence: ['1 pod more than wanted still there'],
    });
  });

  it('takes a missing replicas field for one', () => {
    const { replicas: _, ...spec } = deployment('web').spec ?? {};
    expect(rolloutVerdict({ ...deployment('web'), spec }).counts.desired).toBe(1);
  });
});
