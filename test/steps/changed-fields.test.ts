import { describe, expect, it } from 'vitest';
import { changedFields, restoring } from '../../src/steps/kubernetes/changed-fields.ts';

describe('the fields that a patch changes', () => {
  it.each(['constructor', 'toString', '__proto__', 'a/b~c'])('may be called %s', (name) => {
    const before = { metadata: { labels: {} } };
    const after = { metadata: { labels: JSON.parse(`{"${name}":"x"}`) } };
    const path = `/metadata/labels/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const changes = changedFields(before, after);
    expect(changes).toEqual([{ path, before: undefined, after: 'x' }]);
    expect(changedFields(after, before)).toEqual([{ path, before: 'x', after: undefined }]);
    expect(changedFields(after, after)).toEqual([]);
  });

  it('get their former values back, and nothing else does', () => {
    const changes = changedFields({ spec: { a: 1, b: 2 } }, { spec: { a: 2, b: 2, c: 3 } });
    expect(restoring(changes, { spec: { a: 5, b: 9, c: 3 } })).toEqual([
      { op: 'replace', path: '/spec/a', value: 1 },
      { op: 'remove', path: '/spec/c' },
    ]);
  });
});
