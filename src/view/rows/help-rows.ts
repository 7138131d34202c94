import type { Group, Place } from '../binding.ts';
import { bindings } from '../keymap.ts';
import type { Area } from '../layout.ts';
import { framed, scrollMarks, viewport } from '../text/frame.ts';
import { blank, paragraph, type Row, row, span } from '../text/row.ts';
import { padEnd } from '../text/width.ts';
import { frames } from '../theme.ts';
import { keySign } from './footer-rows.ts';

const GROUPS: readonly Group[] = ['Answer', 'Choose', 'Look', 'Session', 'Move', 'Type'];

const KEYS = 16;

/** Every key of a screen, by what it is for; read from the keymap, never typed again. */
export function helpRows(places: readonly Place[], width: number): readonly Row[] {
  const here = bindings.filter((binding) => binding.places.some((place) => places.includes(place)));
  return GROUPS.flatMap((group) => {
    const lines = here
      .filter((binding) => binding.group === group)
      .flatMap((binding) => {
        const keys = padEnd(binding.keys.map(keySign).join(' '), KEYS);
        return paragraph(binding.help, width, 'plain', row('  ', span(keys, 'accent')));
      });
    if (lines.length === 0) return [];
    return [row(span(group, 'strong')), ...lines, blank];
  });
}

/** The help of a screen that has no session, as a pane. */
export function helpFrame(places: readonly Place[], top: number, area: Area): readonly Row[] {
  const seen = viewport(helpRows(places, area.width - 4), area.height - 2, top);
  return framed({
    ...area,
    frame: frames.incident,
    focused: true,
    title: row(span('Keys', 'accent')),
    body: seen.rows,
    foot: scrollMarks(seen),
  });
}
