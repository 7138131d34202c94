import type { Key } from 'ink';
import type { Binding, Place } from './binding.ts';
import { type Action, bindings } from './keymap.ts';

export function bindingFor(place: Place, key: string): (Binding & { readonly action: Action }) | undefined {
  return bindings.find((binding) => binding.places.includes(place) && binding.keys.includes(key));
}

export function keyOf(action: Action, place: Place): string | undefined {
  return bindings.find((binding) => binding.action === action && binding.places.includes(place))?.keys[0];
}

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/** The name under which a key stands in the keymap. */
export function keyName(input: string, key: Key): string {
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  const named = NAMED.find(([flag]) => key[flag] === true)?.[1];
  if (named !== undefined) return named;
  if (key.ctrl) return `ctrl+${input}`;
  if (key.meta) return `alt+${input}`;
  return input === ' ' ? 'space' : input;
}
