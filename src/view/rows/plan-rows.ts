import type { DiffLine, Effect, Permission, Plan } from '../../steps/step-kind.ts';
import { blank, paragraph, type Row, row, span, type Tone } from '../text/row.ts';
import { chop, clip, padEnd, printable, width } from '../text/width.ts';
import { glyphs } from '../theme.ts';

export interface PlanOptions {
  readonly width: number;
  /** Everything, with nothing cut: the details view. */
  readonly whole?: boolean;
  /** It is itself a way back: what would take that back is not what is asked. */
  readonly isUndo?: boolean;
}

const LABEL = 7;
const label = (text: string): Row => row(span(padEnd(text, LABEL), 'muted'));

/** What a plan will do, by what right, under which conditions and with which way back. */
export function planRows(plan: Plan, options: PlanOptions): readonly Row[] {
  const effects = plan.effects.flatMap((effect, place) => [
    ...(place > 0 ? [blank] : []),
    ...effectRows(effect, options),
  ]);
  const about = [
    ...plan.warnings.flatMap((text) => warning(text, options.width)),
    ...permissionRows(plan.permissions, options.width),
    ...(options.isUndo ? [] : undoRows(plan, options.width)),
    ...plan.facts.flatMap((text) =>
      paragraph(text, options.width, 'muted', row(span(`${glyphs.bullet} `, 'muted'))),
    ),
    ...(options.whole && plan.preconditions.length > 0
      ? paragraph(plan.preconditions.join(', '), options.width, 'muted', label('while'))
      : []),
  ];
  if (plan.alreadyDone) {
    const done = paragraph(
      'The world already is as wanted: nothing will be written.',
      options.width,
      'plain',
      [span(`${glyphs.done} `, 'good')],
    );
    return [...done, ...effects, ...(about.length > 0 ? [blank] : []), ...about];
  }
  return [...effects, ...(effects.length > 0 && about.length > 0 ? [blank] : []), ...about];
}

export function warning(text: string, cells: number): readonly Row[] {
  return paragraph(text, cells, 'warn', row(span(`${glyphs.warning} `, 'warn')));
}

function effectRows(effect: Effect, options: PlanOptions): readonly Row[] {
  const where = effect.namespace === undefined ? '' : `  in ${effect.namespace}`;
  const target = row(span(effect.target, 'strong'), span(where, 'muted'));
  const isCovered =
    effect.diff.length > 0 || (effect.command !== '' && effect.summary.endsWith(effect.command));
  const summary = isCovered ? [] : paragraph(effect.summary, options.width, 'plain', row('  '));
  return [target, ...summary, ...diffRows(effect.diff, options), ...commandRows(effect.command, options)];
}

const MARKS: Readonly<Record<DiffLine['change'], { readonly mark: string; readonly tone: Tone }>> = {
  same: { mark: ' ', tone: 'muted' },
  removed: { mark: '-', tone: 'removed' },
  added: { mark: '+', tone: 'added' },
};

/** Unchanged lines that are far from a change are left out. */
const AROUND = 2;

function diffRows(diff: readonly DiffLine[], options: PlanOptions): readonly Row[] {
  const near = diff.map((_, at) =>
    diff.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((line) => line.change !== 'same'),
  );
  const shown = options.whole ? diff : diff.filter((_, at) => near[at]);
  const noted = shown.filter((line) => line.note !== undefined);
  const longest = Math.max(0, ...noted.map((line) => width(line.text)));
  const notes = Math.max(0, ...noted.map((line) => width(line.note ?? '') + NOTE));
  // The notes stand below each other, or each under its own line.
  const column = longest + notes <= options.width ? longest : options.width;
  return shown.flatMap((line) => diffLine(line, column, options));
}

/** The mark before a line, and the arrow before its note. */
const NOTE = 6;

function diffLine(line: DiffLine, column: number, options: PlanOptions): readonly Row[] {
  const { mark, tone } = MARKS[line.change];
  const lead = row(span(`${mark} `, tone));
  if (line.note === undefined) return paragraph(line.text, options.width, tone, lead);
  if (column + width(line.note) + NOTE <= options.width) {
    const note = span(`  ${glyphs.arrow} ${line.note}`, 'strong');
    return [row(span(`${mark} ${padEnd(line.text, column)}`, tone), note)];
  }
  const notes = paragraph(line.note, options.width, 'strong', row(span(`    ${glyphs.arrow} `, 'muted')));
  return [...paragraph(line.text, options.width, tone, lead), ...notes];
}

function commandRows(command: string, options: PlanOptions): readonly Row[] {
  if (command === '') return [];
  const cells = options.width - 2;
  const lines = chop(printable(command), cells);
  const isCut = !options.whole && lines.length > 2;
  const shown = isCut ? lines.slice(0, 2) : lines;
  return shown.map((line, place) =>
    isCut && place === 1
      ? row(span('  '), span(`${clip(`${line} `, cells - 8)} `, 'muted'), span('d: all', 'muted'))
      : row(span(place === 0 ? '$ ' : '  ', 'muted'), span(line, 'muted')),
  );
}

function permissionRows(permissions: readonly Permission[], cells: number): readonly Row[] {
  if (permissions.length === 0) return [];
  const granted = permissions.filter((one) => one.allowed === true).map(nameOf);
  const rows: Row[] = [];
  if (granted.length > 0) {
    const lead = row(...label('needs'), span(`${glyphs.done} `, 'good'));
    rows.push(...paragraph(`${granted.join(', ')}: you may`, cells, 'plain', lead));
  }
  for (const one of permissions.filter((permission) => permission.allowed !== true)) {
    const isKnown = one.allowed === false;
    const lead = row(
      ...label(rows.length === 0 ? 'needs' : ''),
      span(isKnown ? `${glyphs.failed} ` : `${glyphs.unavailable} `, isKnown ? 'bad' : 'warn'),
    );
    const verdict = isKnown ? 'you may not' : 'could not be checked';
    const reason = one.reason === undefined ? '' : ` (${one.reason})`;
    rows.push(...paragraph(`${nameOf(one)}: ${verdict}${reason}`, cells, isKnown ? 'bad' : 'warn', lead));
  }
  return rows;
}

function nameOf(permission: Permission): string {
  const subresource = permission.subresource === undefined ? '' : `/${permission.subresource}`;
  return `${permission.verb} ${permission.resource}${subresource}`;
}

function undoRows(plan: Plan, cells: number): readonly Row[] {
  if (plan.effects.length === 0 || plan.alreadyDone) return [];
  if (plan.undo !== undefined) return paragraph(plan.undo, cells, 'plain', label('undo'));
  const lead = row(span(padEnd('undo', LABEL), 'muted'), span(`${glyphs.warning} `, 'warn'));
  return paragraph('none: this cannot be taken back', cells, 'warn', lead);
}
