import type { Tone } from './text/row.ts';
import type { TextField } from './text-field.ts';

export const panes = ['step', 'steps', 'live', 'events'] as const;
export type Pane = (typeof panes)[number];

/** Something laid over the session's panes. */
export type Over =
  | { readonly type: 'help'; readonly top: number }
  | { readonly type: 'pods'; readonly top: number }
  | { readonly type: 'links'; readonly top: number }
  | Reader
  | { readonly type: 'note'; readonly field: TextField }
  | { readonly type: 'skip'; readonly step: string; readonly field: TextField }
  | { readonly type: 'abort'; readonly focus: number }
  | { readonly type: 'leave'; readonly focus: number };

/** A long text to scroll in: the details of a step, or its output. */
export interface Reader {
  readonly type: 'reader';
  readonly what: 'details' | 'output';
  readonly step: string;
  readonly top: number;
  readonly follow: boolean;
  /** While the word is being typed. */
  readonly typing?: TextField;
  /** The word looked for, and which of its places is shown. */
  readonly word: string;
  readonly match: number;
}

/** What this screen remembers for itself; nothing of it is journalled. */
export interface Ui {
  readonly pane: Pane;
  /** A step looked at instead of the current one. */
  readonly selected?: string;
  /** Which answer of which question is marked. */
  readonly focus?: { readonly question: string; readonly at: number };
  /** What is being typed for which question. */
  readonly field?: { readonly question: string; readonly value: TextField };
  /** The question whose line of text was left with esc. */
  readonly left?: string;
  readonly over?: Over;
  readonly tops: Readonly<Record<Pane | 'summary', number>>;
  /** Said at the bottom until the next key. */
  readonly notice?: { readonly text: string; readonly tone: Tone };
  /** Ctrl-C was pressed once. */
  readonly interrupted?: boolean;
}

export const initialUi: Ui = {
  pane: 'step',
  tops: { step: 0, steps: 0, live: 0, events: 0, summary: 0 },
};

type Optional = 'selected' | 'focus' | 'field' | 'left' | 'over' | 'notice' | 'interrupted';

/** A copy without these. */
export function without(ui: Ui, ...names: readonly Optional[]): Ui {
  const copy: { -readonly [Name in keyof Ui]: Ui[Name] } = { ...ui };
  for (const name of names) delete copy[name];
  return copy;
}

export function say(ui: Ui, text: string, tone: Tone = 'plain'): Ui {
  return { ...ui, notice: { text, tone } };
}
