import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  matchesTarget,
  saasTarget,
  saasTargets,
  withTargetRef,
} from '../../../src/steps/gitlab/saas-file.ts';
import { SAAS, saasText, V1, V2 } from './app-interface.ts';

const PRODUCTION = '/services/managed-services/namespaces/managed-services-production.yml';
const sha = fc.stringMatching(/^[0-9a-f]{40}$/);

describe('a target', () => {
  it.each([
    ['production', true],
    ['prod', true],
    ['managed-services-production.yml', true],
    [PRODUCTION, true],
    ['stage', false],
    ['services-production', true],
    ['uction', false],
    ['duction.yml', true],
  ])('is meant by %s: %s', (wanted, expected) => {
    expect(matchesTarget(PRODUCTION, wanted)).toBe(expected);
  });

  it('is found with its ref, whichever comes first in the file', () => {
    expect(saasTarget(saasText(V1, V2), SAAS, 'production').ref).toBe(V1);
    expect(saasTarget(saasText(V1, V2), SAAS, 'stage').ref).toBe(V2);
  });

  it('says which there are when there is none of that name', () => {
    expect(() => saasTarget(saasText(V1, V2), SAAS, 'canary')).toThrow(/no target for canary/);
  });

  it('is refused when two of that name disagree', () => {
    const twice = saasText(V1, V2).replace('managed-services-stage', 'managed-services-production');
    expect(() => saasTarget(twice, SAAS, 'production')).toThrow(/different refs/);
  });

  it.each(['a: [', 'name: x', '- 1', ''])('is not looked for in %j', (text) => {
    expect(() => saasTargets(text, SAAS)).toThrow(/saas file|not YAML/);
  });
});

describe('setting a ref', () => {
  it('changes nothing but that ref, comments and order included', () => {
    const text = saasText(V1, V1, ' # do not promote');
    expect(withTargetRef(text, SAAS, 'production', V2)).toBe(saasText(V2, V1, ' # do not promote'));
  });

  it('keeps quotes', () => {
    const text = saasText(`"${V1}"`, V1);
    expect(withTargetRef(text, SAAS, 'production', V2)).toBe(saasText(`"${V2}"`, V1));
  });

  it('gives a file that reads back as it was meant, whatever digits the SHA has', () => {
    const digits = fc.constantFrom(
      '1'.repeat(40),
      `${'1'.repeat(20)}e${'2'.repeat(19)}`,
      `0${'7'.repeat(39)}`,
    );
    fc.assert(
      fc.property(fc.oneof(sha, digits), fc.oneof(sha, digits), (ref, other) => {
        const edited = withTargetRef(saasText(V1, `'${other}'`), SAAS, 'production', ref);
        expect(saasTarget(edited, SAAS, 'production').ref).toBe(ref);
        expect(saasTarget(edited, SAAS, 'stage').ref).toBe(other);
      }),
    );
  });
});
