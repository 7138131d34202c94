import type { OpenQuestion } from '../choices.ts';
import { keyOf } from '../keys.ts';
import { blank, paragraph, type Row, row, rowWidth, span, type Tone } from '../text/row.ts';
import { fieldRow, type TextField, textOf } from '../text-field.ts';
import { glyphs } from '../theme.ts';
import { decisionRows } from './decision-rows.ts';

export interface QuestionOptions {
  readonly width: number;
  /** Rows at most. */
  readonly height: number;
  /** Which choice is marked; -1: none yet. */
  readonly focus: number;
  /** What is being typed, when a word or an answer is. */
  readonly field: TextField | undefined;
}

interface Badge {
  readonly text: string;
  readonly tone: Tone;
}

const RISKS: Readonly<Record<string, Badge>> = {
  safe: { text: ' READS ', tone: 'badge-good' },
  change: { text: ' CHANGE ', tone: 'badge-warn' },
  dangerous: { text: ' DANGEROUS ', tone: 'badge-bad' },
};

/** What is asked, and the answers that can be given now. Stays in sight whatever else is cut. */
export function questionRows(question: OpenQuestion, options: QuestionOptions): readonly Row[] {
  const { asks } = question;
  if (asks?.type === 'decision') return decisionRows(asks.message, asks.options, options);
  if (asks?.type === 'prompt' && options.field !== undefined) {
    return [
      ...paragraph(asks.message, options.width, 'strong'),
      row(span(`${glyphs.pointer} `, 'accent'), ...fieldRow(options.field, options.width - 2, asks.secret)),
      ...(asks.pattern === undefined
        ? []
        : paragraph(`must look like ${asks.pattern}`, options.width, 'muted')),
    ];
  }
  if (question.word !== undefined && options.field !== undefined) {
    return wordRows(question.word, options.field, options.width);
  }
  return choiceRows(question, options);
}

/** The typed confirmation: matched letter by letter, so that a slip shows at once. */
function wordRows(word: string, field: TextField, cells: number): readonly Row[] {
  const typed = textOf(field);
  const isWhole = typed === word;
  const isOnTheWay = word.startsWith(typed);
  const verdict: Row = isWhole
    ? row(span(`${glyphs.done} matches; enter does it`, 'good'))
    : isOnTheWay
      ? row(span('esc leaves it', 'muted'))
      : row(span(`${glyphs.failed} differs`, 'bad'));
  const ask = row(
    span(RISKS.dangerous?.text ?? '', 'badge-bad'),
    span('  Type '),
    span(word, 'strong'),
    span(' to do it'),
  );
  const entry = fieldRow(field, Math.max(8, cells - 2 - rowWidth(verdict) - 3));
  return [ask, row(span(`${glyphs.pointer} `, 'accent'), ...entry, span('   '), ...verdict)];
}

const ASKS: Readonly<Record<OpenQuestion['waiting']['for'], string>> = {
  confirmation: 'Do it?',
  answer: 'Done?',
  unavailable: 'It is not there. What now?',
  failed: 'What now?',
  interrupted: 'What now?',
  undone: 'It was undone. What now?',
  'undo-confirmation': 'Put it back?',
  'undo-failed': 'The way back failed. What now?',
};

function choiceRows(question: OpenQuestion, options: QuestionOptions): readonly Row[] {
  const { waiting, plan } = question;
  const isAboutPlan = waiting.for === 'confirmation' || waiting.for === 'undo-confirmation';
  const badge = isAboutPlan && plan !== undefined ? RISKS[plan.risk] : undefined;
  const lead = row(
    ...(badge ? [span(badge.text, badge.tone), span('  ')] : []),
    span(ASKS[waiting.for], 'strong'),
  );
  const buttons = question.choices.map((choice, place) => button(choice, place === options.focus));
  const lines: Row[] = [];
  let line: Row = [...lead, span('  ')];
  for (const one of buttons) {
    if (rowWidth(line) + rowWidth(one) > options.width && line.length > 0) {
      lines.push(line);
      line = blank;
    }
    line = [...line, ...one];
  }
  return [...lines, line];
}

/** Brackets and weight mark the focus; the width stays, so that nothing moves. */
function button(choice: OpenQuestion['choices'][number], isFocused: boolean): Row {
  const key = keyOf(choice.action, 'session');
  const text = key === undefined || key === 'enter' ? choice.label : `${choice.label} (${key})`;
  return isFocused ? row(span(`[ ${text} ]`, 'button')) : row(span(`  ${text}  `));
}
