import { neutralise } from '../prose/neutralise.ts';
import { lasted } from './lasted.ts';
import type { Moment, Reasoned, SessionReport, Told, WriteReport } from './session-report.ts';
import { headline, journalSentence, OUTCOME, place, TOLD, when } from './words.ts';

/** The report as Markdown (CommonMark with tables), in which no value of the journal is obeyed as markup. */
export function markdownReport(report: SessionReport): string {
  const { session, runbook } = report;
  const parts = [
    `# ${text(headline(report))}`,
    [
      `**${text(OUTCOME[session.outcome ?? 'open'])}**. ${text(session.summary)}`,
      '',
      bullet(`Session ${text(session.id)}, ${text(place(report))}`),
      bullet(
        `From ${when(session.startedAt)} to ${session.endedAt === undefined ? 'now' : when(session.endedAt)}, ${lasted(session.tookMs)}`,
      ),
      bullet(
        `Runbook ${text(runbook.id)}${runbook.source === undefined ? '' : ` (${text(runbook.source)})`}, rollbook ${text(session.version)}`,
      ),
      bullet(text(journalSentence(report.journal))),
    ].join('\n'),
    section('What has to be done', followUps(report)),
    section('What was changed', report.writes.map(write).join('\n\n')),
    section('Before and after', figures(report)),
    section(
      'What failed',
      report.failures
        .map((one) => bullet(reasoned(one) + (one.next === undefined ? '' : ` *${text(one.next)}*`)))
        .join('\n'),
    ),
    section('What was not checked', reasons(report.notChecked)),
    section('What was skipped', reasons(report.skipped)),
    section(
      'What was decided',
      table(
        ['when', 'question', 'answer', 'by'],
        report.decisions.map(({ at, title, answer, by }) => [when(at), title, answer, by]),
      ),
    ),
    section('Who was told', report.told.map(told).join('\n\n')),
    section(
      'Notes',
      report.notes.map(({ at, text: said }) => bullet(`${when(at)} ${text(said)}`)).join('\n'),
    ),
    section(
      'Timeline',
      table(
        ['when', 'step', 'what happened', 'by'],
        report.timeline.map(({ at, title, what, by }: Moment) => [when(at), title ?? '', what, by ?? '']),
      ),
    ),
    section(
      'What was found',
      report.checks
        .map(({ title, evidence }) =>
          [bullet(`**${text(title)}**`), ...evidence.map((one) => `  ${bullet(text(one))}`)].join('\n'),
        )
        .join('\n'),
    ),
    section('What was not needed', reasons(report.notNeeded)),
    section('What was not reached', report.notReached.map(({ title }) => bullet(text(title))).join('\n')),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `## ${title}\n\n${body}`;
}

const bullet = (line: string): string => `- ${line}`;
const reasoned = ({ title, reason }: Reasoned): string => `**${text(title)}**: ${text(reason)}`;
const reasons = (all: readonly Reasoned[]): string => all.map((one) => bullet(reasoned(one))).join('\n');

function followUps({ followUps: all }: SessionReport): string {
  return table(
    ['what', 'who', 'until', ''],
    all.map(({ what, details, state, owner, due, reason }) => [
      details === undefined ? what : `${what}. ${details}`,
      owner ?? '',
      due ?? '',
      state === 'agreed' ? '' : state === 'open' ? 'not agreed' : `declined: ${reason ?? ''}`,
    ]),
  );
}

function figures({ figures: all }: SessionReport): string {
  return table(
    ['', 'before', 'after'],
    all.map(({ title, before, beforeAt, after, afterAt }) => [
      title,
      `${before} (${when(beforeAt)})`,
      `${after} (${when(afterAt)})`,
    ]),
  );
}

function write(one: WriteReport): string {
  const confirmed =
    one.confirmedBy === undefined
      ? ''
      : `, confirmed by ${one.confirmedBy} at ${when(one.confirmedAt ?? '')}`;
  const effects = one.effects.map(({ summary, target, namespace, command, diff }) =>
    [
      `${text(target)}${namespace === undefined ? '' : ` in ${text(namespace)}`}: ${text(summary)}`,
      fenced(
        'diff',
        diff.map(
          ({ change, text: line, note }) =>
            `${SIGNS[change]} ${line}${note === undefined ? '' : `   (${note})`}`,
        ),
      ),
      fenced('sh', [command]),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  const rest = [
    ...one.evidence.map((line) => bullet(text(line))),
    bullet(one.undo === undefined ? 'It could not be undone.' : `Way back: ${text(one.undo)}`),
    ...one.warnings.map((line) => bullet(`Warning: ${text(line)}`)),
  ];
  return [`### ${text(one.title)}: ${one.standing}${confirmed}`, ...effects, rest.join('\n')].join('\n\n');
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;

function told({ title, by, to, state, reason, at, text: lines }: Told): string {
  const how = `${TOLD[state]}${reason === undefined ? '' : `: ${reason}`}`;
  const head = `**${text(title)}** (${text(by)}, ${text(to)}${at === undefined ? '' : `, ${when(at)}`}): ${text(how)}`;
  return lines.length === 0 ? head : `${head}\n\n${lines.map((line) => `> ${text(line)}`).join('  \n')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(text)))].join('\n');
}

/** What Markdown, its tables or HTML in it obey within a line; an underline between letters is none of it, a bare address is. */
const MARKUP = /[\\`*[\]<>|~&$@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=\/\/)|(?<=www)\./giu;
/** What makes a heading, a list, a quotation or a rule of a line that begins with it. */
const OPENING = /^[-+=#]/;
const NUMBERED = /^(\d{1,9})([.)])(?=\s|$)/;

/** One line of a value, read as it stands. */
export function text(value: string): string {
  return neutralise(value)
    .trim()
    .replace(MARKUP, '\\$&')
    .replace(OPENING, '\\$&')
    .replace(NUMBERED, '$1\\$2');
}

/** Nothing inside is obeyed: the fence is longer than any that a value brings along. */
function fenced(language: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const body = lines.map((line) => neutralise(line)).join('\n');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${body}\n${fence}`;
}
