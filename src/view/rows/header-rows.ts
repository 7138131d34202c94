import type { SessionMode, World } from '../../engine/event.ts';
import { type Row, row, rowWidth, span, spread, type Tone } from '../text/row.ts';
import { glyphs } from '../theme.ts';

export const WORLDS: Readonly<Record<SessionMode, { readonly word: string; readonly tone: Tone }>> = {
  incident: { word: 'INCIDENT', tone: 'badge-incident' },
  drill: { word: 'DRILL', tone: 'badge-drill' },
  preview: { word: 'PREVIEW', tone: 'badge-preview' },
};

export function worldRow(world: World): Row {
  const { word, tone } = WORLDS[world.mode];
  const place = [world.context, world.namespace].filter((part) => part !== undefined && part !== '');
  return row(
    span(` ${word} `, tone),
    ...(world.mode === 'preview' ? [span(' read-only', 'accent')] : []),
    ...(world.mode === 'drill' ? [span(` ${world.scenario ?? 'sandbox'}`, 'accent')] : []),
    ...place.flatMap((part, at) => [
      span(at === 0 ? '  ' : ` ${glyphs.into} `, 'muted'),
      span(part ?? '', 'strong'),
    ]),
    ...(world.production ? [span('  '), span(' PRODUCTION ', 'badge-bad')] : []),
  );
}

export interface HeaderOptions {
  readonly width: number;
  readonly title: string;
  readonly elapsed: string;
  readonly freshness: Row;
}

/** Which world, which runbook, who, for how long, and whether the screen tells the truth. */
export function headerRows(world: World, options: HeaderOptions): readonly Row[] {
  const { width, title, elapsed, freshness } = options;
  const where = worldRow(world);
  const who = row(
    span(world.user ?? '', 'muted'),
    span(world.user === undefined ? '' : '  '),
    span(elapsed, 'plain'),
    span('  '),
    ...freshness,
    ' ',
  );
  const one = row(...where, '   ', span(title, 'strong'));
  if (rowWidth(one) + rowWidth(who) + 2 <= width) return [spread(one, who, width)];
  const aside = row(span('  '), span(elapsed), span('  '), ...freshness, ' ');
  const user = row(span(world.user === undefined ? '' : `  ${world.user} `, 'muted'));
  return [spread(where, user, width), spread(row(' ', span(title, 'strong')), aside, width)];
}
