import { keyName } from '../../src/view/keys.ts';
import type { Size } from '../../src/view/layout.ts';
import { type Pressed, paste, press, SETTLE_MS } from '../../src/view/press.ts';
import { createScreenStore, type ScreenState } from '../../src/view/store.ts';
import type { Scene } from './scene.ts';
import { events, START } from './sessions.ts';

export const WIDE: Size = { columns: 120, rows: 36 };
export const NARROW: Size = { columns: 80, rows: 24 };

/** A minute into the session, in whole seconds. */
export const NOW = START + 60_000;

/** What a screen shows of a scene, once its question has been in sight for long enough. */
export function stateOf(scene: Scene, shownAt = NOW - SETTLE_MS): ScreenState {
  const store = createScreenStore({
    folder: '/state/sessions/7f3a',
    now: () => shownAt,
    later: () => () => {},
  });
  store.receive({ type: 'events', events: events(scene.drafts) });
  if (scene.live !== undefined) store.receive({ type: 'live', snapshot: scene.live });
  if (scene.output !== undefined) store.receive({ type: 'output', ...scene.output });
  if (scene.host !== undefined) store.hostGone(scene.host);
  // A key takes along what waits to be shown.
  store.update({ ...store.snapshot().ui });
  return store.snapshot();
}

/** Presses keys, `<enter>` by name and letters as they are; what the last of them led to. */
export function pressed(state: ScreenState, keys: string, size: Size = WIDE, at = NOW): Pressed {
  let result: Pressed = { ui: state.ui };
  for (const [, name, character = ''] of keys.matchAll(/<([^>]+)>|(.)/gsu)) {
    result = press(
      { ...state, ui: result.ui },
      name ?? nameOf(character),
      name === undefined ? character : '',
      {
        size,
        now: at,
      },
    );
  }
  return result;
}

function nameOf(character: string): string {
  return keyName(character, {} as Parameters<typeof keyName>[1]);
}

export function pasted(state: ScreenState, text: string): ScreenState {
  return { ...state, ui: paste(state, text, false) };
}
