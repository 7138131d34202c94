import type { Event } from './event.ts';
import type { SessionState } from './state.ts';

type Sighted = Extract<Event, { type: 'threshold-crossed' | 'threshold-cleared' }>;

/** The figures that are critical now, the newest last. */
export function alarmsAfter(alarms: SessionState['alarms'], event: Sighted): SessionState['alarms'] {
  const others = alarms.filter(({ figure, source }) => figure !== event.figure || source !== event.source);
  if (event.type === 'threshold-cleared') return others;
  const { seq: _seq, time: since, type: _type, step: _step, ...alarm } = event;
  return [...others, { ...alarm, since }];
}
