import type { HomeTarget } from '../home.ts';
import { type Row, row, span } from '../text/row.ts';
import { glyphs } from '../theme.ts';

/** The cluster that enter would work in, by its context's name. */
export function targetRow(target: HomeTarget | undefined): Row {
  if (target === undefined) return row(span('no cluster: kubectl has none to offer', 'warn'));
  const { context, namespace, production } = target;
  return row(
    span(context, 'strong'),
    ...(namespace === undefined ? [] : [span(` ${glyphs.into} `, 'muted'), span(namespace, 'strong')]),
    ...(production ? [span('  '), span(' PRODUCTION ', 'badge-bad')] : []),
  );
}
