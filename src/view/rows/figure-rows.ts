import type { Level, LiveFigure, LiveLog, RepeatedLine } from '../../cluster/live.ts';
import { figure, sparkline } from '../text/figure.ts';
import { type Row, row, span, type Tone, table } from '../text/row.ts';
import { age, ticking } from '../text/time.ts';
import { width as cellsOf, clip } from '../text/width.ts';
import { glyphs } from '../theme.ts';

const FACES: Readonly<Record<Level, { readonly glyph: string; readonly word: string; readonly tone: Tone }>> =
  {
    normal: { glyph: glyphs.done, word: 'normal', tone: 'good' },
    warning: { glyph: glyphs.behind, word: 'warning', tone: 'warn' },
    critical: { glyph: glyphs.failed, word: 'CRITICAL', tone: 'bad' },
    unknown: { glyph: glyphs.gone, word: '', tone: 'muted' },
  };

export function faceOfFigure({ level }: Pick<LiveFigure, 'level'>) {
  return FACES[level];
}

/** A source that has missed this many answers says nothing about now. */
const MISSED = 3;

export function isStale({ heardAt, everyMs }: LiveFigure, now: number): boolean {
  return heardAt === undefined || now - heardAt > MISSED * everyMs;
}

const LEAST_CELLS = 8;
const MOST_CELLS = 40;
const LEAST_WORDS = 12;
/** What is left to say in the line of a figure that is not whole; the rest is cut. */
const WORDS_OF_A_PROBLEM = 48;

/** One line a figure: how bad, how much, since when, and beyond what. */
export function figureRows(figures: readonly LiveFigure[], width: number, now: number): readonly Row[] {
  const told = figures.map((one) => ({ one, ...toldOf(one, now) }));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(cellsOf));
  const titles = Math.min(widest(figures.map(({ title }) => title)), 24);
  const fixed = 1 + 2 + titles + 2 + widest(told.map(({ value }) => value)) + 2;
  const said = (whole: boolean) => widest(told.flatMap((one) => (one.isWhole === whole ? one.words : [])));
  const words = Math.max(said(true), Math.min(said(false), WORDS_OF_A_PROBLEM));
  const cells = sparkCells(width - fixed, words);
  const lines = told.map(({ one, value, words: text, tone, glyph, isWhole }) =>
    row(
      span(glyph, tone),
      span(one.title, isWhole ? 'plain' : 'muted'),
      span(value, tone === 'bad' ? 'bad' : isWhole && one.value !== undefined ? 'strong' : 'muted'),
      span(cells === 0 ? '' : sparkline(one.points, cells, limitOf(one)), tone),
      span(text, isWhole && tone === 'good' ? 'muted' : tone),
    ),
  );
  const columns = [
    {},
    { max: titles, cut: 'middle' as const },
    { align: 'right' as const },
    {},
    { gives: 1, min: 0 },
  ];
  return table(lines, columns, width);
}

/** The words come first, then as much of the line as there is room for. */
function sparkCells(room: number, words: number): number {
  const beside = words === 0 ? room : room - words - 2;
  if (beside >= LEAST_CELLS) return Math.min(MOST_CELLS, beside);
  return room >= LEAST_CELLS + 2 + LEAST_WORDS ? LEAST_CELLS : 0;
}

interface Told {
  readonly glyph: string;
  readonly tone: Tone;
  readonly value: string;
  readonly words: string;
  /** All of it is true now. */
  readonly isWhole: boolean;
}

function toldOf(one: LiveFigure, now: number): Told {
  const value = one.value === undefined ? 'no figure' : figure(one.value, one.unit);
  if (isStale(one, now)) {
    const words =
      one.heardAt === undefined
        ? (one.problem ?? 'not heard of yet')
        : `no answer for ${ticking(now - one.heardAt)}${one.problem === undefined ? '' : `: ${one.problem}`}`;
    return {
      glyph: glyphs.gone,
      tone: one.problem === undefined ? 'muted' : 'warn',
      value: one.heardAt === undefined ? '' : value,
      words,
      isWhole: false,
    };
  }
  const { glyph, word, tone } = FACES[one.level];
  if (one.problem !== undefined && one.level !== 'critical')
    return { glyph: glyphs.unavailable, tone: 'warn', value, words: one.problem, isWhole: false };
  return { glyph, tone, value, words: [word, limitWords(one)].filter(Boolean).join(', '), isWhole: true };
}

/** A figure in a line of text: how much, how bad, beyond what; or why there is none. */
export function figureWords(one: LiveFigure): string {
  const { value, unit, level, problem } = one;
  const parts = [
    value === undefined ? '' : figure(value, unit),
    FACES[level].word,
    limitWords(one),
    problem ?? '',
  ];
  return parts.filter(Boolean).join(', ') || 'no figure';
}

/** The limit that matters now: the one that is broken, or else the nearest. */
function limitWords({ level, unit, ...limits }: LiveFigure): string {
  const { warnAbove, criticalAbove, warnBelow, criticalBelow } = limits;
  const [above, below] =
    level === 'critical'
      ? [criticalAbove, criticalBelow]
      : [warnAbove ?? criticalAbove, warnBelow ?? criticalBelow];
  const isLow =
    above === undefined || (limits.value !== undefined && below !== undefined && limits.value < below);
  const limit = isLow ? below : above;
  if (level === 'unknown' || limit === undefined) return '';
  const isBroken = level !== 'normal';
  return `${isBroken === isLow ? 'below' : 'above'} ${figure(limit, unit)}`;
}

/** What the scale of its line holds at least. */
function limitOf({ warnAbove, criticalAbove, warnBelow, criticalBelow }: LiveFigure): number {
  return warnAbove ?? criticalAbove ?? warnBelow ?? criticalBelow ?? 0;
}

const LINES_EACH = 3;

/** The newest lines of each search. */
export function logRows(logs: readonly LiveLog[], width: number, now: number): readonly Row[] {
  return logs.flatMap((log) => {
    const isOld = isStale(log, now);
    return log.lines.slice(0, LINES_EACH).map((line) => lineRow(line, { width, now, isOld }));
  });
}

const POD_CELLS = 24;

function lineRow(
  { at, level, pod, message, count }: RepeatedLine,
  { width, now, isOld }: { readonly width: number; readonly now: number; readonly isOld: boolean },
): Row {
  const isBad = /^(?:err|fatal|crit|alert|emerg|panic|severe)/.test(level);
  const isWarning = level.startsWith('warn');
  const tone: Tone = isOld ? 'muted' : isBad ? 'bad' : isWarning ? 'warn' : 'plain';
  const ago = (at === undefined ? '' : age(now - at)).padStart(3);
  const lead = row(
    span(`${ago}  `, 'muted'),
    span(level === '' ? '' : `${level}  `, tone),
    span(pod === '' || width < 60 ? '' : `${shortened(pod)}  `, 'muted'),
  );
  const often = count > 1 ? `  ×${count}` : '';
  const room = width - lead.reduce((sum, part) => sum + cellsOf(part.text), 0) - often.length;
  const text = room < 8 ? '' : clip(message, room);
  return row(...lead, span(text, isOld ? 'muted' : 'plain'), span(often, 'muted'));
}

/** The end of a pod's name tells it apart from the others of its workload. */
function shortened(pod: string): string {
  return cellsOf(pod) <= POD_CELLS ? pod : `…${pod.slice(-(POD_CELLS - 1))}`;
}
