import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSelector, isPodReady, isPodTerminating, matchesLabels } from '../../src/cluster/selector.ts';
import { pod } from '../fakes/kube-objects.ts';

const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.stringMatching(/^[a-z0-9]{0,4}$/));

describe('matchesLabels', () => {
  it.each([
    [{ app: 'web' }, { app: 'web', color: 'blue' }, true],
    [{ app: 'web', color: 'green' }, { app: 'web', color: 'blue' }, false],
    [{ app: 'web' }, undefined, false],
    [{}, { app: 'web' }, false],
  ])('%j picks %j: %s', (selector, given, expected) => {
    expect(matchesLabels(selector, given)).toBe(expected);
  });

  it('picks whatever carries at least the selector', () => {
    fc.assert(
      fc.property(labels, labels, (selector, more) => {
        fc.pre(Object.keys(selector).length > 0);
        expect(matchesLabels(selector, { ...more, ...selector })).toBe(true);
      }),
    );
  });
});

it('formats a selector in a stable order', () => {
  expect(formatSelector({ color: 'blue', app: 'web' })).toBe('app=web,color=blue');
  expect(formatSelector({})).toBe('');
});

it('does not call a terminating pod ready', () => {
  expect(isPodReady(pod('a'))).toBe(true);
  expect(isPodReady(pod('a', { ready: false }))).toBe(false);
  expect(isPodReady(pod('a', { terminating: true }))).toBe(false);
  expect(isPodTerminating(pod('a', { terminating: true }))).toBe(true);
  expect(isPodReady({ metadata: { name: 'pending' }, status: { phase: 'Pending' } })).toBe(false);
});
