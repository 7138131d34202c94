import type { SessionEnd } from '../../engine/event.ts';
import type { Runbook } from '../../runbook/runbook.ts';
import type { HomeItems, HomeModel, HomeRun, HomeRunbook, HomeSession, HomeState } from '../home.ts';
import type { Area } from '../layout.ts';
import { framed, scrollMarks, topToShow, viewport } from '../text/frame.ts';
import { blank, paragraph, type Row, row, rowWidth, span, spread, type Tone, table } from '../text/row.ts';
import { clip } from '../text/width.ts';
import { fieldRow } from '../text-field.ts';
import { frames, glyphs } from '../theme.ts';
import { WORLDS } from './header-rows.ts';
import { targetRow } from './target-row.ts';

export function homeHeader(model: HomeModel, width: number): readonly Row[] {
  const left = row(
    span(' ROLLBOOK ', 'badge-good'),
    span('  enter works in  ', 'muted'),
    ...targetRow(model.target),
  );
  return [spread(left, row(span(`${model.version} `, 'muted')), width)];
}

/** Sessions that can be gone on with, above all else: an interrupted rollback is why the operator is here. */
export function sessionsFrame(items: HomeItems, width: number, now: number): readonly Row[] {
  if (items.sessions.length === 0) return [];
  const shown = items.sessions.slice(0, 4);
  const lines = table(
    shown.map((session, place) => sessionRow(session, place === items.at, now)),
    [{}, {}, {}, { gives: 3, min: 8 }, { gives: 2, min: 12 }, { gives: 1, min: 12 }, {}],
    width - 4,
  );
  const more = items.sessions.length - shown.length;
  return framed({
    width,
    height: lines.length + 2,
    frame: frames.incident,
    focused: items.session !== undefined,
    title: row(span('Go on with', 'warn')),
    body: lines,
    foot: more > 0 ? row(span(`${more} more: rollbook sessions`, 'muted')) : blank,
  });
}

function sessionRow(session: HomeSession, isChosen: boolean, now: number): Row {
  const isRunning = session.status === 'running';
  return row(
    span(isChosen ? glyphs.pointer : isRunning ? glyphs.running : glyphs.turn, isChosen ? 'accent' : 'warn'),
    span(isRunning ? 'running' : 'paused', 'warn'),
    span(WORLDS[session.mode].word, session.mode === 'incident' ? 'bad' : 'accent'),
    span(session.context ?? '', 'strong'),
    span(session.title, isChosen ? 'strong' : 'plain'),
    span(session.where === undefined ? '' : `at ${session.where}`),
    span(ago(session.at, now), 'muted'),
  );
}

function ago(at: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}

export function runbooksFrame(
  model: HomeModel,
  state: HomeState,
  items: HomeItems,
  area: Area,
  now: number,
): readonly Row[] {
  const width = area.width - 4;
  const blocks = items.runbooks.map((one, place) =>
    runbookRows(one, place === items.at - items.sessions.length, width, now),
  );
  const rows = blocks.flatMap((block, place) => (place === 0 ? block : [blank, ...block]));
  const before = blocks
    .slice(0, Math.max(0, items.at - items.sessions.length))
    .reduce((sum, block) => sum + block.length + 1, 0);
  const height = area.height - 2;
  const seen = viewport(rows, height, rows.length <= height ? 0 : topToShow(before, rows.length, height));
  const none =
    model.runbooks.length === 0
      ? 'There are no runbooks here. rollbook list says where they are looked for.'
      : 'None has that word in it.';
  return framed({
    ...area,
    frame: frames.incident,
    focused: items.runbook !== undefined,
    title: row(span('Runbooks', 'accent'), span(`  ${items.runbooks.length}`, 'muted')),
    body: rows.length === 0 ? paragraph(none, width, 'muted') : seen.rows,
    foot: findRow(state) ?? scrollMarks(seen),
  });
}

function findRow(state: HomeState): Row | undefined {
  if (state.typing !== undefined) return row(span('find ', 'muted'), ...fieldRow(state.typing, 20));
  return state.word === '' ? undefined : row(span(`"${state.word}"  esc: all`, 'accent'));
}

function runbookRows(one: HomeRunbook, isChosen: boolean, width: number, now: number): readonly Row[] {
  const { runbook } = one;
  const lead = span(isChosen ? `${glyphs.pointer} ` : '  ', 'accent');
  const run = one.lastRun === undefined ? row(span('never run', 'muted')) : when('run', one.lastRun, now);
  const drill =
    one.lastDrill === undefined ? row(span('never drilled', 'warn')) : when('drilled', one.lastDrill, now);
  return [
    row(lead, span(clip(runbook.title, width - 2), isChosen ? 'strong' : 'plain')),
    ...(runbook.description === undefined
      ? []
      : [row('  ', span(clip(runbook.description.replace(/\s+/g, ' '), width - 2), 'muted'))]),
    ...(rowWidth(run) + rowWidth(drill) + 5 <= width
      ? [row('  ', ...run, span('   '), ...drill)]
      : [row('  ', ...run), row('  ', ...drill)]),
  ];
}

const MARKS: Readonly<Record<SessionEnd, { readonly glyph: string; readonly tone: Tone }>> = {
  succeeded: { glyph: glyphs.done, tone: 'good' },
  failed: { glyph: glyphs.failed, tone: 'bad' },
  aborted: { glyph: glyphs.interrupted, tone: 'warn' },
};

function when(word: string, run: HomeRun, now: number): Row {
  const mark = run.outcome === undefined ? undefined : MARKS[run.outcome];
  return row(
    span(`${word} ${ago(run.at, now)}`, 'muted'),
    ...(mark === undefined ? [] : [span(` ${mark.glyph} ${run.outcome}`, mark.tone)]),
  );
}

/** What the chosen runbook is for, where it comes from, and its steps. */
export function outlineFrame(items: HomeItems, area: Area): readonly Row[] {
  const width = area.width - 4;
  const chosen = items.runbook;
  const rows = chosen === undefined ? sessionRows(items.session, width) : outlineRows(chosen, width);
  const seen = viewport(rows, area.height - 2, 0);
  return framed({
    ...area,
    frame: frames.incident,
    title: row(span(chosen?.runbook.title ?? items.session?.title ?? '', 'strong')),
    body: seen.rows,
    foot: scrollMarks(seen),
  });
}

function sessionRows(session: HomeSession | undefined, width: number): readonly Row[] {
  if (session === undefined) return [];
  const how =
    session.status === 'running'
      ? 'Enter draws it here; its host goes on with it.'
      : 'Enter goes on where it stopped; finished steps stay finished.';
  return [
    row(span('session  ', 'muted'), span(session.id)),
    ...(session.where === undefined
      ? []
      : paragraph(session.where, width - 9, 'strong', row(span('at       ', 'muted')))),
    blank,
    ...paragraph(how, width),
  ];
}

function outlineRows({ runbook, scenarios }: HomeRunbook, width: number): readonly Row[] {
  return [
    ...(runbook.description === undefined
      ? []
      : paragraph(runbook.description.replace(/\s+/g, ' ').trim(), width)),
    ...(runbook.source === undefined
      ? []
      : paragraph(runbook.source, width, 'muted', row(span('from  ', 'muted')))),
    blank,
    ...runbook.sections.flatMap((section, place) => sectionRows(runbook, section, place + 1, width)),
    blank,
    row(span('drills', 'strong'), span(scenarios.length === 0 ? '  none yet' : '', 'warn')),
    ...scenarios.map((scenario) =>
      row(span(`  ${glyphs.bullet} `, 'muted'), span(clip(scenario.title, width - 4))),
    ),
  ];
}

function sectionRows(
  runbook: Runbook,
  section: Runbook['sections'][number],
  number: number,
  width: number,
): readonly Row[] {
  const steps = section.stepIds.flatMap((id) => runbook.steps.find((step) => step.id === id) ?? []);
  const title = (text: string) => clip(named(text), width - 6);
  if (steps.length === 1 && steps[0] !== undefined) {
    return [row(span(`${number}  `.padEnd(4), 'muted'), span(title(steps[0].title)))];
  }
  return [
    row(span(`${number}  `.padEnd(4), 'muted'), span(title(section.title), 'strong')),
    ...steps.map((step, at) =>
      row(span(`  ${number}.${at + 1} `.padEnd(7), 'muted'), span(title(step.title), 'muted')),
    ),
  ];
}

/** What is found out later, by its name: 'frontend-‹previous›'. */
function named(text: string): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_whole, expression: string) => {
    const name = /^[\w.-]+$/.test(expression) ? expression.split('.').at(-1) : undefined;
    return name === undefined ? '…' : `‹${name}›`;
  });
}

/** Which scenario is practised. */
export function drillFrame(
  { runbook, scenarios }: HomeRunbook,
  focus: number,
  width: number,
): readonly Row[] {
  const body = [
    ...paragraph('Practised in the embedded sandbox: nothing real is touched.', width - 4, 'muted'),
    blank,
    ...scenarios.flatMap(({ id, title }, place) => [
      place === focus
        ? row(span(`${glyphs.pointer} `, 'accent'), span(` ${clip(title, width - 8)} `, 'button'))
        : row(span(`   ${clip(title, width - 8)} `)),
      row(span(`   ${clip(id, width - 8)}`, 'muted')),
    ]),
  ];
  return framed({
    width,
    height: body.length + 2,
    frame: frames.drill,
    focused: true,
    title: row(span('Drill', 'accent'), span(`  ${runbook.title}`, 'strong')),
    body,
  });
}
