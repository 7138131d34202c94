import type { Event } from '../engine/event.ts';
import { titleOf } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import type { Figure } from './session-report.ts';

interface Reading {
  readonly step: string;
  readonly at: string;
  readonly value: string;
}

/** What the same query gave the first time and the last; one that was asked once says nothing of a change. */
export function figuresOf(state: SessionState, events: readonly Event[]): readonly Figure[] {
  const readings = new Map<string, Reading[]>();
  for (const event of events) {
    const measured = measuredBy(state, event);
    if (measured === undefined) continue;
    const before = readings.get(measured.query);
    if (before === undefined) readings.set(measured.query, [measured.reading]);
    else before.push(measured.reading);
  }
  return [...readings.values()].flatMap((all): readonly Figure[] => {
    const [first] = all;
    const last = all.at(-1);
    if (first === undefined || last === undefined || all.length < 2) return [];
    return [
      {
        title: titleOf(state, first.step),
        before: first.value,
        beforeAt: first.at,
        after: last.value,
        afterAt: last.at,
      },
    ];
  });
}

function measuredBy(
  state: SessionState,
  event: Event,
): { readonly query: string; readonly reading: Reading } | undefined {
  if (event.type !== 'step-observed' && event.type !== 'step-succeeded') return undefined;
  const step = state.steps[event.step];
  const data = step !== undefined && 'plan' in step ? step.plan?.data : undefined;
  if (typeof data?.query !== 'string' || typeof data.unit !== 'string') return undefined;
  // What was waited for is said behind the value.
  const value = event.summary.split('; expected ')[0] ?? event.summary;
  return { query: data.query, reading: { step: event.step, at: event.time, value } };
}
