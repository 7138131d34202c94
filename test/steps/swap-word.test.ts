import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swapWord } from '../../src/steps/kubernetes/swap-word.ts';

describe('one word of a selector exchanged', () => {
  it.each([
    [
      { app: 'web-green', color: 'green' },
      { app: 'web-blue', color: 'blue' },
    ],
    [
      { app: 'web', color: 'green' },
      { app: 'web', color: 'blue' },
    ],
    [{ app: 'green.web_green' }, { app: 'blue.web_blue' }],
    [
      { app: 'evergreen', 'green-key': 'greenish' },
      { app: 'evergreen', 'green-key': 'greenish' },
    ],
    [{}, {}],
  ])('%o', (selector, expected) => {
    expect(swapWord(selector, 'green', 'blue')).toEqual(expected);
  });

  it('goes back the way it came where the other word was not there', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/).filter((text) => text !== 'blue');
    const value = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('-'));
    fc.assert(
      fc.property(fc.dictionary(word, value), (selector) => {
        expect(swapWord(swapWord(selector, 'green', 'blue'), 'blue', 'green')).toEqual({ ...selector });
      }),
    );
  });
});
