import type { LiveSnapshot } from '../../src/cluster/live.ts';
import type { Draft } from '../../src/engine/event.ts';

export interface Scene {
  readonly drafts: readonly Draft[];
  readonly live?: LiveSnapshot;
  readonly host?: 'lost';
  readonly output?: { readonly step: string; readonly text: string };
}
