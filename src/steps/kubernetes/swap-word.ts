import type { Labels } from '../../cluster/selector.ts';

/**
 * A selector with one word exchanged in all of its values: green for blue turns {app: web-green, color: green}
 * into {app: web-blue, color: blue}. Words end at '-', '_' and '.', so that 'evergreen' stays.
 */
export function swapWord(selector: Labels, from: string, to: string): Labels {
  return Object.fromEntries(
    Object.entries(selector).map(([key, value]) => [
      key,
      value
        .split(/([-_.])/)
        .map((word) => (word === from ? to : word))
        .join(''),
    ]),
  );
}
