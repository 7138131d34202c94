import { z } from 'zod';
import type { KubeObject } from '../../ports/kubernetes.ts';

const event = z.object({
  type: z.string().default('Normal'),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ count: z.number().nullish(), lastObservedTime: z.string().nullish() }).nullish(),
});

export interface EventLine {
  readonly warning: boolean;
  /** ISO 8601, of the last time it was seen; '' when the event does not say. */
  readonly lastSeen: string;
  readonly text: string;
}

/** Events of either API as lines, newest first. */
export function eventLines(events: readonly KubeObject[]): readonly EventLine[] {
  return events
    .flatMap((object) => {
      const { success, data } = event.safeParse(object);
      if (!success) return [];
      const { type, reason, message, series, count } = data;
      const lastSeen =
        series?.lastObservedTime ??
        data.lastTimestamp ??
        data.eventTime ??
        data.firstTimestamp ??
        object.metadata.creationTimestamp ??
        '';
      const times = series?.count ?? count ?? 1;
      const text = `${lastSeen} ${type} ${reason ?? ''}${times > 1 ? ` ×${times}` : ''}: ${(message ?? '').trim()}`;
      return [{ warning: type !== 'Normal', lastSeen, text: text.trim() }];
    })
    .sort((a, b) => (Date.parse(b.lastSeen) || 0) - (Date.parse(a.lastSeen) || 0));
}
