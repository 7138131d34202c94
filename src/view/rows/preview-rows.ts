import type { PreviewDocument, PreviewStep } from '../../engine/preview.ts';
import { blank, paragraph, type Row, row, span, type Tone } from '../text/row.ts';
import { padEnd } from '../text/width.ts';
import { glyphs } from '../theme.ts';
import { faceOfFigure } from './figure-rows.ts';
import { planRows, warning } from './plan-rows.ts';

const LABELS: Readonly<Record<PreviewStep['label'], { readonly text: string; readonly tone: Tone }>> = {
  reads: { text: ' READS ', tone: 'badge-good' },
  writes: { text: ' WRITES ', tone: 'badge-warn' },
  human: { text: ' HUMAN ', tone: 'badge-preview' },
  unknown: { text: ' UNKNOWN ', tone: 'button' },
  'not-needed': { text: ' NOT NEEDED ', tone: 'muted' },
};

interface Place {
  readonly section: string;
  readonly number: string;
}

/** The whole runbook as it would run now: one document, and the sums at its end. */
export function previewRows(document: PreviewDocument, width: number): readonly Row[] {
  const places = numbers(document);
  let section = '';
  const rows = document.steps.flatMap((step, at) => {
    const place = places[at];
    if (place === undefined) return [];
    const isNew = place.section !== section;
    section = place.section;
    const [major = ''] = place.number.split('.');
    const heading =
      isNew && place.number.includes('.') ? [row(span(padEnd(major, 6), 'muted'), span(section)), blank] : [];
    return [...heading, ...stepBlock(step, place.number, width), blank];
  });
  const about = document.runbook.description;
  return [
    ...(about === undefined ? [] : [...paragraph(about.replace(/\s+/g, ' ').trim(), width, 'muted'), blank]),
    ...rows,
    ...figureBlock(document.figures ?? [], width),
    ...totalRows(document.totals, width),
  ];
}

function figureBlock(figures: NonNullable<PreviewDocument['figures']>, width: number): readonly Row[] {
  if (figures.length === 0) return [];
  const rows = figures.flatMap(({ title, level, says }) => {
    const { glyph, tone } = faceOfFigure({ level });
    const lead = row(span('      '), span(`${glyph} `, tone), span(`${title}  `, 'strong'));
    return paragraph(says, width, tone === 'good' ? 'plain' : tone, lead);
  });
  return [row(span('Beside the steps', 'strong')), blank, ...rows, blank];
}

function numbers({ steps }: PreviewDocument): readonly Place[] {
  const sections = [...new Set(steps.map((step) => step.section))];
  return steps.map((step, at) => {
    const major = sections.indexOf(step.section) + 1;
    const all = steps.filter((other) => other.section === step.section).length;
    const minor = steps.slice(0, at + 1).filter((other) => other.section === step.section).length;
    return { section: step.section, number: all === 1 ? String(major) : `${major}.${minor}` };
  });
}

function stepBlock(step: PreviewStep, number: string, width: number): readonly Row[] {
  const label =
    step.label === 'writes' && step.risk === 'dangerous'
      ? { text: ' DANGEROUS ', tone: 'badge-bad' as const }
      : LABELS[step.label];
  const until = step.unknownUntil === undefined ? '' : ` until ${step.unknownUntil}`;
  const inner = width - 6;
  const indent = (rows: readonly Row[]): readonly Row[] =>
    rows.map((line) => (line.length === 0 ? line : row(span('      '), ...line)));
  const found = step.found;
  return [
    row(
      span(padEnd(number, 6), 'muted'),
      span(step.title, step.label === 'not-needed' ? 'muted' : 'strong'),
      '  ',
      span(label.text, label.tone),
      span(until, 'muted'),
    ),
    ...indent([
      ...(found === undefined
        ? []
        : paragraph(
            [...new Set([found.summary, ...found.evidence])].filter((text) => text !== '').join(' · '),
            inner,
            'plain',
            row(found.holds ? span(`${glyphs.done} `, 'good') : span(`${glyphs.failed} `, 'bad')),
          )),
      ...(step.reason === undefined ? [] : paragraph(step.reason, inner, 'muted')),
      ...(step.plan?.question === undefined ? [] : askedRows(step.plan.question, inner)),
      ...(step.plan === undefined || step.plan.effects.length + step.plan.warnings.length === 0
        ? []
        : planRows(step.plan, { width: inner, whole: true })),
      ...(step.unavailable === undefined
        ? []
        : warning(`${step.unavailable} It would become a question.`, inner)),
      ...(step.failure === undefined ? [] : failureRows(step.failure.message, step.failure.next, inner)),
    ]),
  ];
}

function askedRows(
  question: NonNullable<NonNullable<PreviewStep['plan']>['question']>,
  width: number,
): readonly Row[] {
  const text = question.type === 'task' ? question.instructions : question.message;
  return paragraph(text.trim(), width, 'muted');
}

function failureRows(message: string, next: string | undefined, width: number): readonly Row[] {
  return [
    ...paragraph(`It would fail now: ${message}`, width, 'bad', row(span(`${glyphs.failed} `, 'bad'))),
    ...(next === undefined ? [] : paragraph(next, width, 'plain', row(span(`${glyphs.arrow} `, 'accent')))),
  ];
}

function totalRows(totals: PreviewDocument['totals'], width: number): readonly Row[] {
  const count = (number: number, one: string, many: string, tone: Tone): readonly Row[] =>
    number === 0 ? [] : [row(span(String(number).padStart(4), tone), span(`  ${number === 1 ? one : many}`))];
  return [
    row(span(glyphs.rule.repeat(width), 'border')),
    row(span('In all', 'strong')),
    ...count(totals.writes, 'write', 'writes', 'warn'),
    ...count(totals.dangerous, 'of them dangerous', 'of them dangerous', 'bad'),
    ...count(totals.missingPermissions, 'permission is missing', 'permissions are missing', 'bad'),
    ...count(totals.failing, 'step would fail as things are', 'steps would fail as things are', 'bad'),
    ...count(totals.unavailable, 'step needs what is not there', 'steps need what is not there', 'warn'),
    ...count(
      totals.unknown,
      'step is unknown until others have run',
      'steps are unknown until others have run',
      'accent',
    ),
    row(span('   0', 'good'), span('  changes were made: a preview cannot write')),
  ];
}
