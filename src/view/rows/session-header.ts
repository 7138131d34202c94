import { titleOf } from '../../engine/select.ts';
import { openQuestion } from '../choices.ts';
import type { Size } from '../layout.ts';
import { SMALLEST } from '../layout.ts';
import type { ScreenState } from '../store.ts';
import { paragraph, type Row, row, span } from '../text/row.ts';
import { clockTime } from '../text/time.ts';
import { glyphs } from '../theme.ts';
import { alarmRows } from './alarm-row.ts';
import { freshnessRow } from './freshness.ts';
import { headerRows, WORLDS } from './header-rows.ts';
import { numberOf } from './step-name.ts';

export function sessionHeader(state: ScreenState, width: number, now: number): readonly Row[] {
  const { session } = state;
  if (session === undefined) return [row(span(' connecting to the session …', 'muted'))];
  const until = session.endedAt === undefined ? now : Date.parse(session.endedAt);
  return headerRows(session.world, {
    width,
    title: session.runbook.title,
    elapsed: clockTime(until - Date.parse(session.startedAt)),
    freshness:
      session.status === 'ended'
        ? row(span('ended', 'muted'))
        : freshnessRow(state.live, now, state.host === 'there'),
  });
}

/** When the host is gone nothing on the screen moves any more, and what is critical: said where it cannot be missed. */
export function bannerRows(state: ScreenState, width: number, now: number): readonly Row[] {
  return [...hostRows(state, width), ...alarmRows(state, width, now)];
}

function hostRows(state: ScreenState, width: number): readonly Row[] {
  if (state.host === 'there' || state.host === 'ended' || state.session?.status === 'ended') return [];
  const id = state.session?.session ?? state.sessionId;
  const isLost = state.host === 'lost';
  const lead = isLost ? span(' HOST LOST ', 'badge-bad') : span(' PAUSED ', 'badge-warn');
  const why = isLost
    ? 'The process that runs this session is gone. Nothing more will be done, and all that was done is in the journal.'
    : `The session is paused: ${state.session?.pausedBecause ?? 'its host has left'}.`;
  return [
    ...paragraph(why, width - 2, 'strong', row(' ', lead, '  ')),
    row(
      ' ',
      span('go on with  ', 'muted'),
      span(`rollbook resume ${id}`, 'strong'),
      span('   q leaves', 'muted'),
    ),
  ];
}

export function tooSmallRows(state: ScreenState, { columns, rows }: Size): readonly Row[] {
  const { session } = state;
  const question = session === undefined ? undefined : openQuestion(session);
  const width = Math.max(1, columns);
  const world =
    session === undefined
      ? []
      : [row(span(` ${WORLDS[session.world.mode].word} `, WORLDS[session.world.mode].tone))];
  const waits =
    session === undefined || question === undefined
      ? []
      : paragraph(
          `${numberOf(session, question.waiting.step.id)} ${titleOf(session, question.waiting.step.id)} waits for you.`,
          width,
          'strong',
          row(span(`${glyphs.turn} `, 'accent')),
        );
  return [
    ...world,
    ...waits,
    ...paragraph(
      `Please make the window larger: ${SMALLEST.columns}x${SMALLEST.rows} is needed, this is ${columns}x${rows}. The session goes on.`,
      width,
    ),
  ].slice(0, Math.max(1, rows));
}
