import type { LiveSnapshot } from '../../cluster/live.ts';
import { type Row, row, span } from '../text/row.ts';
import { ticking } from '../text/time.ts';
import { glyphs } from '../theme.ts';

/** Is what the live panes show still true? A glyph and a word; the word alone would do. */
export function freshnessRow(
  live: LiveSnapshot | undefined,
  now: number,
  isHostThere: boolean,
  isShort = false,
): Row {
  if (!isHostThere) return row(span(`${glyphs.gone} session host gone`, 'bad'));
  if (live === undefined) return row(span(`${glyphs.gone} connecting`, 'muted'));
  const { state, heardAt } = live.freshness;
  const since = heardAt === undefined ? '' : ` ${ticking(now - heardAt)}`;
  switch (state) {
    case 'connecting':
      return row(span(`${glyphs.gone} connecting`, 'muted'));
    case 'live':
      return row(span(`${glyphs.live} live`, 'good'));
    case 'behind':
      return row(span(`${glyphs.behind}${since} behind`, 'warn'));
    case 'disconnected':
      return row(
        span(
          isShort ? `${glyphs.gone} disconnected` : `${glyphs.gone} disconnected${since}, retrying`,
          'bad',
        ),
      );
  }
}

/** Whether the live panes' rows may be believed. */
export function isFresh(live: LiveSnapshot | undefined): boolean {
  return live?.freshness.state === 'live';
}
