import { describe, expect, it } from 'vitest';
import { resourceField, resourceType } from '../../src/steps/kubernetes/resource-type.ts';

describe('a resource', () => {
  it.each(['constructor', 'valueof', 'Pods', 'pods/', 'pods.', ''])('is not %j', (text) => {
    expect(resourceField.safeParse(text).success).toBe(false);
  });

  it.each([
    ['pods', { group: '', resource: 'pods' }],
    ['deployments', { group: 'apps', resource: 'deployments' }],
    ['rollouts.argoproj.io', { group: 'argoproj.io', resource: 'rollouts' }],
  ])('is %s', (text, type) => {
    expect(resourceType(text)).toEqual(type);
  });
});
