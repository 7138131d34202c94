import { describe, expect, it } from 'vitest';
import { findCompareLink, parseCompareLink, sameCommit } from '../../../src/steps/gitlab/compare-link.ts';

describe('a link to a comparison', () => {
  it.each([
    ['https://gitlab.test/service/kas/-/compare/aaa...bbb', 'gitlab', 'service/kas', 'aaa', 'bbb', false],
    ['https://gitlab.test/service/kas/compare/aaa..bbb', 'gitlab', 'service/kas', 'aaa', 'bbb', true],
    [
      'http://gitlab.test:8080/a/b/c/-/compare/v1.0...v1.1?from_project_id=1',
      'gitlab',
      'a/b/c',
      'v1.0',
      'v1.1',
      false,
    ],
    [
      'https://gitlab.test/a/b/-/compare/release%2F1...release%2F2',
      'gitlab',
      'a/b',
      'release/1',
      'release/2',
      false,
    ],
    ['https://github.com/o/r/compare/aaa...bbb', 'github', 'o/r', 'aaa', 'bbb', false],
    ['https://github.com/o/r/compare/fork:aaa...other:bbb.diff', 'github', 'o/r', 'aaa', 'bbb', false],
    ['https://github.com/o/r/compare/aaa..bbb.patch', 'github', 'o/r', 'aaa', 'bbb', true],
  ] as const)('%s', (url, type, project, from, to, straight) => {
    expect(parseCompareLink(url)).toMatchObject({ type, project, from, to, straight });
  });

  it.each([
    'https://gitlab.test/service/kas/-/merge_requests/1',
    'https://gitlab.test/compare/a...b',
    'https://github.com/o/r/s/compare/a...b',
    'https://gitlab.test/a/b/-/compare/onlyone',
    'https://gitlab.test/a/b/-/compare/a%...b',
    'no url',
  ])('%s is none', (url) => {
    expect(parseCompareLink(url)).toBeUndefined();
  });

  it('is the one under "Changes Included", not an earlier one', () => {
    const text = `See https://gitlab.test/a/b/-/compare/x1...x2.

## Changes Included
[here](https://gitlab.test/a/b/-/compare/y1...y2).`;
    expect(findCompareLink(text)).toMatchObject({ from: 'y1', to: 'y2' });
  });

  it('is found anywhere when no heading says where', () => {
    expect(findCompareLink('<https://github.com/o/r/compare/a...b>,')).toMatchObject({ from: 'a', to: 'b' });
    expect(findCompareLink('nothing')).toBeUndefined();
  });
});

describe('the same commit', () => {
  it.each([
    ['abcdef1', 'abcdef1234567890', true],
    ['abcdef1', 'abcdef2', false],
    ['abc', 'abcdef1', false],
    ['main', 'main', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(sameCommit(one, other)).toBe(expected);
  });
});
