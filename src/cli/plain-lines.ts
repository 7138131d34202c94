import type { Event } from '../engine/event.ts';
import { titleOf } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import { neutralise } from '../prose/neutralise.ts';
import { figure } from '../view/text/figure.ts';
import { duration } from '../view/text/time.ts';

/** A session as plain lines: time, step, what happened. One event may take several lines; some take none. */
export function plainLines(event: Event, state: SessionState): readonly string[] {
  return linesOf(event, state).map((line) => neutralise(line).trimEnd());
}

function linesOf(event: Event, state: SessionState): readonly string[] {
  const at = event.time.slice(11, 19);
  const line = (word: string, text = '') => {
    const who = 'step' in event && event.step !== undefined ? `${event.step}  ` : '';
    return `${at}  ${who}${word}${text === '' ? '' : `  ${text}`}`;
  };
  switch (event.type) {
    case 'session-started': {
      const { mode, context, namespace, scenario } = event.world;
      const world = [mode.toUpperCase(), context, namespace].filter((part) => part !== undefined).join(' ');
      return [
        line('session', `${event.session}  ${world}`),
        line('runbook', `${event.runbook.title} (${event.runbook.id})`),
        ...(scenario === undefined ? [] : [line('scenario', scenario)]),
      ];
    }
    case 'session-resumed':
      return [
        line(
          'resumed',
          event.runbookChanged
            ? 'the runbook file has changed since; this session keeps the one it began with'
            : '',
        ),
      ];
    case 'session-paused':
      return [line('paused', event.reason)];
    case 'session-ended':
      return [line(event.outcome, event.summary)];
    case 'threshold-crossed': {
      const { value, limit, unit, side } = event;
      return [line('critical', `${event.figure} ${figure(value, unit)}, ${side} ${figure(limit, unit)}`)];
    }
    case 'threshold-cleared':
      return [line('no longer critical', `${event.figure} ${figure(event.value, event.unit)}`)];
    case 'note-added':
      return [line('note', event.text)];
    case 'texts-rendered':
      return [];
    case 'went-to':
      return [line('goes on with', event.section)];
    case 'loop-expanded':
      return [
        line(
          'for each of',
          event.items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', '),
        ),
      ];
    case 'step-planned':
      return planLines(event, line, titleOf(state, event.step));
    case 'step-unavailable':
      return [line('not available', [event.reason, event.next].filter(Boolean).join(' '))];
    case 'step-confirmed':
      return [line('confirmed', `by ${event.by}`)];
    case 'step-started':
      return readsOnly(state, event.step) ? [] : [line('started')];
    case 'step-answered':
      return [line('answered', `${JSON.stringify(event.value)} by ${event.by}`)];
    case 'step-output':
      return event.text
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => line('|', text));
    case 'step-verifying':
      return event.outcome.summary === '' || readsOnly(state, event.step)
        ? []
        : [line('done', event.outcome.summary)];
    case 'step-observed':
      return event.holds ? [] : [line('waiting', event.summary)];
    case 'step-verified':
      return [line('verified', event.evidence.join('; ') || event.summary)];
    case 'step-succeeded':
      return [
        line(
          'succeeded',
          `${event.summary === '' ? '' : `${event.summary}, `}in ${duration(event.durationMs)}`,
        ),
      ];
    case 'step-stale':
      return [line('look again', event.message)];
    case 'step-failed':
      return failureLines(event.failure, line('failed', event.failure.message), line);
    case 'step-skipped':
      return [line('skipped', event.reason)];
    case 'step-retried':
      return [line('retried', `by ${event.by}`)];
    case 'step-interrupted':
      return [line('interrupted', `landed: ${event.landed}. ${event.evidence}`)];
    case 'step-accepted':
      return [line('accepted', `as done, by ${event.by}`)];
    case 'undo-requested':
      return [`${at}  undo  ${event.steps.join(', ')}, by ${event.by}`];
    case 'undo-planned':
      return [
        line('undo plan', event.plan.summary),
        ...event.plan.warnings.map((text) => line('warning', text)),
      ];
    case 'undo-declined':
      return [line('undo declined', `by ${event.by}`)];
    case 'undo-started':
      return [line('undo started', `by ${event.by}`)];
    case 'undo-failed':
      return failureLines(event.failure, line('undo failed', event.failure.message), line);
    case 'step-undone':
      return [line('undone', [event.summary, ...event.evidence].join('; '))];
    case 'abort-chosen':
      return [`${at}  ${event.outcome === 'failed' ? 'gives up' : 'aborts'}  by ${event.by}`];
  }
}

/** Its plan changes nothing, so there is no more to tell than what it found. */
function readsOnly(state: SessionState, id: string): boolean {
  const step = state.steps[id];
  return step !== undefined && 'plan' in step && step.plan?.effects.length === 0;
}

type Line = (word: string, text?: string) => string;

function planLines(
  event: Extract<Event, { type: 'step-planned' }>,
  line: Line,
  title: string,
): readonly string[] {
  const { plan } = event;
  const risk = plan.effects.length === 0 ? '' : `${plan.risk.toUpperCase()}  `;
  return [
    line('plan', `${risk}${plan.summary || title}`),
    ...plan.effects.map((effect) => line('  $', effect.command)),
    ...plan.facts.map((text) => line('  fact', text)),
    ...plan.warnings.map((text) => line('  warning', text)),
  ];
}

function failureLines(failure: { readonly next?: string }, first: string, line: Line): readonly string[] {
  return failure.next === undefined ? [first] : [first, line('  next', failure.next)];
}
