import { describe, expect, it } from 'vitest';
import { leaseNamespace, NamespaceTaken } from '../../src/host/namespace-lease.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';

const ME = 'alice@jump-1/261122-04k';
const BOB = 'bob@jump-2/261122-03a';

function stage(options: { readonly heldBy?: string; readonly renewedAgoMs?: number } = {}) {
  const clock = new FakeClock();
  const kubernetes = new FakeKubernetes();
  if (options.heldBy !== undefined) hold(kubernetes, clock, options.heldBy, options.renewedAgoMs ?? 0);
  const lost: string[] = [];
  const take = (isDead: (holder: string) => boolean = () => false) =>
    leaseNamespace({
      kubernetes,
      namespace: 'banking-app',
      holder: ME,
      clock,
      isDead,
      onLost: (message) => lost.push(message),
    });
  return { clock, kubernetes, lost, take };
}

function hold(kubernetes: FakeKubernetes, clock: FakeClock, holder: string, agoMs: number): void {
  kubernetes.put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'rollbook', namespace: 'banking-app' },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: 30,
      renewTime: new Date(clock.now() - agoMs).toISOString(),
    },
  });
}

const holderIn = (kubernetes: FakeKubernetes) => kubernetes.peek('Lease', 'rollbook')?.spec?.holderIdentity;

async function leased(answer: ReturnType<ReturnType<typeof stage>['take']>) {
  const taken = await answer;
  if (!('lease' in taken)) throw new Error(taken.gap);
  return taken.lease;
}

describe('a namespace', () => {
  it('is claimed, renewed and let go', async () => {
    const { kubernetes, clock, take } = stage();
    const lease = await leased(take());
    expect(holderIn(kubernetes)).toBe(ME);
    const first = kubernetes.peek('Lease', 'rollbook')?.spec?.renewTime;
    await clock.advance(10_000);
    expect(kubernetes.peek('Lease', 'rollbook')?.spec?.renewTime).not.toBe(first);
    await lease.release();
    expect(kubernetes.peek('Lease', 'rollbook')).toBeUndefined();
  });

  it('is refused while another session renews its claim', async () => {
    const { kubernetes, take } = stage({ heldBy: BOB, renewedAgoMs: 8_000 });
    const refused = await take().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NamespaceTaken);
    expect(String(refused)).toContain(`${BOB} is rolling back in namespace banking-app; heard of 8 s ago`);
    expect(holderIn(kubernetes)).toBe(BOB);
  });

  it('is refused when a seemingly silent holder moves after all: its clock is behind', async () => {
    const { kubernetes, clock, take } = stage({ heldBy: BOB, renewedAgoMs: 60_000 });
    const answer = take().catch((error: unknown) => error);
    await clock.advance(6_000);
    hold(kubernetes, clock, BOB, 60_000);
    await clock.advance(6_000);
    expect(await answer).toBeInstanceOf(NamespaceTaken);
  });

  it.each([
    ['was silent and does not move', { renewedAgoMs: 60_000, dead: false }],
    ['was silent for very long', { renewedAgoMs: 700_000, dead: false }],
    ['died on this machine', { renewedAgoMs: 1_000, dead: true }],
  ])('is taken from one who %s', async (_why, { renewedAgoMs, dead }) => {
    const { kubernetes, clock, take } = stage({ heldBy: BOB, renewedAgoMs });
    const answer = take(() => dead);
    await clock.advance(12_000);
    const lease = await leased(answer);
    expect(holderIn(kubernetes)).toBe(ME);
    await lease.release();
  });

  it('is its own again after a crash, at once', async () => {
    const { kubernetes, take } = stage({ heldBy: ME, renewedAgoMs: 1_000 });
    const lease = await leased(take());
    expect(holderIn(kubernetes)).toBe(ME);
    await lease.release();
  });

  it('is refused to the slower of two who find it free', async () => {
    const { kubernetes, clock, take } = stage();
    const owned = new PortFailure('Owned by another.', { reason: 'conflict', status: 409 });
    kubernetes.failNext('apply', owned);
    const answer = take();
    hold(kubernetes, clock, BOB, 0);
    await expect(answer).rejects.toThrow(BOB);
  });

  it('is lost when another has taken it over, and that one keeps it', async () => {
    const { kubernetes, clock, lost, take } = stage();
    const lease = await leased(take());
    hold(kubernetes, clock, BOB, 0);
    kubernetes.failNext('apply', new PortFailure('Owned by another.', { reason: 'conflict', status: 409 }));
    await clock.advance(10_000);
    expect(lost).toEqual([expect.stringContaining(`${BOB} has taken over namespace banking-app`)]);
    await lease.release();
    expect(holderIn(kubernetes)).toBe(BOB);
  });

  it('is renewed again after a failure on the way', async () => {
    const { kubernetes, clock, lost, take } = stage();
    const lease = await leased(take());
    kubernetes.failNext('apply', new PortFailure('Timed out.', { reason: 'timeout' }));
    await clock.advance(20_000);
    expect(lost).toEqual([]);
    expect(Date.parse(String(kubernetes.peek('Lease', 'rollbook')?.spec?.renewTime))).toBe(clock.now());
    await lease.release();
  });

  it.each([
    [
      'no right to leases',
      (kubernetes: FakeKubernetes) => {
        kubernetes.allow = ({ verb }) => ({ allowed: verb !== 'create' });
      },
      'You may not write leases in banking-app',
    ],
    [
      'a server that does not take it',
      (kubernetes: FakeKubernetes) => {
        kubernetes.failNext('apply', new PortFailure('It does not serve Lease.', { reason: 'not-served' }));
      },
      'It does not serve Lease.',
    ],
  ])('with %s is not claimed, and that is said', async (_why, prepare, says) => {
    const { kubernetes, take } = stage();
    prepare(kubernetes);
    expect(await take()).toEqual({ gap: expect.stringContaining(says) });
    expect(kubernetes.peek('Lease', 'rollbook')).toBeUndefined();
  });
});
