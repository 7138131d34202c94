import { describe, expect, it } from 'vitest';
import type { Place } from '../../src/view/binding.ts';
import { bindings } from '../../src/view/keymap.ts';
import { bindingFor, keyName } from '../../src/view/keys.ts';
import { helpRows } from '../../src/view/rows/help-rows.ts';
import { plainText } from '../../src/view/text/row.ts';

const places = [...new Set(bindings.flatMap((binding) => binding.places))];

const noKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('the keymap', () => {
  it.each(places)('gives each key one meaning at %s', (place) => {
    const keys = bindings
      .filter((binding) => binding.places.includes(place))
      .flatMap((binding) => binding.keys);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it('reaches every action by a key', () => {
    for (const binding of bindings) {
      for (const place of binding.places) {
        for (const key of binding.keys) expect(bindingFor(place, key)?.action).toBe(binding.action);
      }
    }
  });

  it('leaves every place by ctrl-c, and closes by esc whatever lies over the screen', () => {
    for (const place of places) expect(bindingFor(place, 'ctrl+c')?.action).toBe('interrupt');
    const over: readonly Place[] = ['reader', 'pods', 'links', 'dialog', 'typing', 'help'];
    for (const place of over) expect(bindingFor(place, 'esc')?.action).toBe('close');
  });

  it('marks every key that leads to a write at once as dangerous', () => {
    const writes = new Set(['confirm-step', 'confirm-undo', 'accept-step', 'answer-step', 'cancel-step']);
    for (const binding of bindings) {
      if (binding.intents?.some((intent) => writes.has(intent))) expect(binding.dangerous).toBe(true);
    }
    for (const place of ['session', 'dialog', 'typing'] as const) {
      expect(bindingFor(place, 'enter')?.dangerous).toBe(true);
    }
  });

  it('explains each key in a sentence of its own', () => {
    for (const { help, action } of bindings) {
      expect(help.length, action).toBeGreaterThan(8);
      expect(help.endsWith('.'), action).toBe(false);
    }
  });

  it('is all that help shows: a key that is added is in it', () => {
    const text = helpRows(['session', 'home'], 120).map(plainText).join('\n');
    for (const binding of bindings.filter(
      ({ places: where }) => where.includes('session') || where.includes('home'),
    )) {
      expect(text).toContain(binding.help);
    }
  });

  it.each([
    ['y', {}, 'y'],
    [' ', {}, 'space'],
    ['c', { ctrl: true }, 'ctrl+c'],
    ['', { return: true }, 'enter'],
    ['', { tab: true, shift: true }, 'shift+tab'],
    ['G', { shift: true }, 'G'],
    ['x', { meta: true }, 'alt+x'],
    ['yes', {}, 'yes'],
  ])('names the key %j %o %s', (input, key, name) => {
    expect(keyName(input, { ...noKey, ...key })).toBe(name);
  });
});
