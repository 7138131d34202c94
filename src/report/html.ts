import { neutralise } from '../prose/neutralise.ts';
import type { Reasoned, SessionReport, Told, WriteReport } from './session-report.ts';
import { STYLE } from './style.ts';
import { headline, journalSentence, OUTCOME, place, TOLD, took, when } from './words.ts';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The report as one HTML file: nothing is loaded, nothing runs, and no value of the journal becomes markup. */
export function htmlReport(report: SessionReport): string {
  const { session, runbook, journal } = report;
  const outcome = session.outcome ?? 'open';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<title>${text(headline(report))}, ${text(session.id)}</title>
<style>${STYLE}</style>
</head>
<body>
<header class="${outcome}">
<p class="outcome">${OUTCOME[outcome]}</p>
<h1>${text(headline(report))}</h1>
<p>${text(session.summary)}</p>
<dl>
${term('Session', `${text(session.id)}, ${text(place(report))}`)}
${term('Time', `${time(session.startedAt)} to ${session.endedAt === undefined ? 'now' : time(session.endedAt)}, ${text(took(report))}`)}
${term('Runbook', `${text(runbook.id)}${runbook.source === undefined ? '' : ` (${text(runbook.source)})`}, rollbook ${text(session.version)}`)}
${term('Journal', `<span class="${journal.whole ? 'good' : 'bad'}">${text(journalSentence(journal))}</span>`)}
</dl>
</header>
<main>
${[
  section('What has to be done', followUps(report)),
  section('What was changed', report.writes.map(write).join('\n')),
  section('Before and after', figures(report)),
  section('What failed', report.failures.map((one) => item(one, one.next)).join('\n'), 'ul'),
  section('What was not checked', report.notChecked.map((one) => item(one)).join('\n'), 'ul'),
  section('What was skipped', report.skipped.map((one) => item(one)).join('\n'), 'ul'),
  section('What was decided', decisions(report)),
  section('Who was told', report.told.map(told).join('\n')),
  section(
    'Notes',
    report.notes.map(({ at, text: said }) => `<li>${time(at)} ${text(said)}</li>`).join('\n'),
    'ul',
  ),
  section('Timeline', timeline(report)),
  section('What was found', found(report)),
  section('What was not needed', report.notNeeded.map((one) => item(one)).join('\n'), 'ul'),
  section(
    'What was not reached',
    report.notReached.map(({ title }) => `<li>${text(title)}</li>`).join('\n'),
    'ul',
  ),
]
  .filter((part) => part !== '')
  .join('\n')}
</main>
</body>
</html>
`;
}

function section(title: string, body: string, list?: 'ul'): string {
  if (body === '') return '';
  return `<section>\n<h2>${title}</h2>\n${list === undefined ? body : `<ul>\n${body}\n</ul>`}\n</section>`;
}

const term = (name: string, html: string): string => `<dt>${name}</dt><dd>${html}</dd>`;
const time = (iso: string): string => `<time datetime="${text(iso)}">${text(when(iso))}</time>`;

function item({ title, reason }: Reasoned, next?: string): string {
  return `<li><strong>${text(title)}</strong>: ${text(reason)}${next === undefined ? '' : ` <em>${text(next)}</em>`}</li>`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const cells = head.map((name) => `<th scope="col">${name}</th>`).join('');
  return `<div class="wide"><table>\n<thead><tr>${cells}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>`;
}

const row = (cells: readonly string[], kind = ''): string =>
  `<tr${kind === '' ? '' : ` class="${kind}"`}>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

function followUps({ followUps: all }: SessionReport): string {
  return table(
    ['What', 'Who', 'Until', ''],
    all.map(({ what, details, state, owner = '', due = '', reason = '' }) =>
      row([
        `<strong>${text(what)}</strong>${details === undefined ? '' : `<br>${text(details)}`}`,
        text(owner),
        text(due),
        state === 'agreed' ? '' : state === 'open' ? 'not agreed' : text(`declined: ${reason}`),
      ]),
    ),
  );
}

function figures({ figures: all }: SessionReport): string {
  return table(
    ['', 'Before', 'After'],
    all.map(({ title, before, beforeAt, after, afterAt }) =>
      row([
        text(title),
        `<strong>${text(before)}</strong> <small>${time(beforeAt)}</small>`,
        `<strong>${text(after)}</strong> <small>${time(afterAt)}</small>`,
      ]),
    ),
  );
}

function decisions({ decisions: all }: SessionReport): string {
  return table(
    ['When', 'Question', 'Answer', 'By'],
    all.map(({ at, title, answer, by }) =>
      row([time(at), text(title), `<strong>${text(answer)}</strong>`, text(by)]),
    ),
  );
}

function timeline({ timeline: all }: SessionReport): string {
  return table(
    ['When', 'Step', 'What happened', 'By'],
    all.map(({ at, title = '', what, by = '', tone }) =>
      row([time(at), text(title), text(what), text(by)], tone),
    ),
  );
}

function write(one: WriteReport): string {
  const confirmed =
    one.confirmedBy === undefined
      ? ''
      : ` <small>confirmed by ${text(one.confirmedBy)}, ${time(one.confirmedAt ?? '')}</small>`;
  const effects = one.effects.map(
    ({
      target,
      namespace,
      summary,
      diff,
      command,
    }) => `<p><code>${text(target)}</code>${namespace === undefined ? '' : ` in ${text(namespace)}`}: ${text(summary)}</p>
${diff.length === 0 ? '' : `<pre class="diff">${diff.map((line) => `<span class="${line.change}">${text(`${SIGNS[line.change]} ${line.text}`)}${line.note === undefined ? '' : `<i>   ${text(line.note)}</i>`}</span>`).join('\n')}</pre>`}
<pre class="command">${text(command)}</pre>`,
  );
  const lines = [
    ...one.evidence.map(text),
    one.undo === undefined ? 'It could not be undone.' : `Way back: ${text(one.undo)}`,
    ...one.warnings.map((line) => `Warning: ${text(line)}`),
  ];
  return `<article>
<h3>${text(one.title)} <span class="standing ${STANDS[one.standing]}">${one.standing}</span>${confirmed}</h3>
${effects.join('\n')}
<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>
</article>`;
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const;
const STANDS = {
  stands: 'good',
  undone: 'warn',
  partly: 'warn',
  'not sure': 'bad',
  'not done': 'plain',
} as const satisfies Record<WriteReport['standing'], string>;

function told({ title, by, to, state, reason, at, text: lines }: Told): string {
  const tone = { told: 'good', 'not told': 'bad', 'not sure': 'warn' }[state];
  return `<article>
<h3>${text(title)} <span class="standing ${tone}">${TOLD[state]}</span> <small>${text(by)}, ${text(to)}${at === undefined ? '' : `, ${time(at)}`}</small></h3>
${reason === undefined ? '' : `<p>${text(reason)}</p>`}
${lines.length === 0 ? '' : `<blockquote>${lines.map(text).join('<br>')}</blockquote>`}
</article>`;
}

function found({ checks }: SessionReport): string {
  if (checks.length === 0) return '';
  const all = checks.map(
    ({ title, evidence }) =>
      `<dt>${text(title)}</dt>${evidence.map((line) => `<dd>${text(line)}</dd>`).join('')}`,
  );
  return `<dl class="found">\n${all.join('\n')}\n</dl>`;
}

/** A value, safe between tags and in attributes; what a terminal would obey is gone as well. */
function text(value: string): string {
  return neutralise(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
