import { bindings, type Group, type Place } from '../keymap.ts';
import { blank, type Row, row, span, table } from '../text/row.ts';
import { keySign } from './footer-rows.ts';

const GROUPS: readonly Group[] = ['Answer', 'Choose', 'Look', 'Session', 'Move', 'Type'];

/** Every key of a screen, by what it is for; read from the keymap, never typed again. */
export function helpRows(places: readonly Place[], width: number): readonly Row[] {
  const here = bindings.filter((binding) => binding.places.some((place) => places.includes(place)));
  return GROUPS.flatMap((group) => {
    const lines = here
      .filter((binding) => binding.group === group)
      .map((binding) =>
        row(span('  '), span(binding.keys.map(keySign).join(' '), 'accent'), span(binding.help)),
      );
    if (lines.length === 0) return [];
    return [
      row(span(group, 'strong')),
      ...table(lines, [{}, { min: 12 }, { gives: 1, min: 20 }], width),
      blank,
    ];
  });
}
