import type { Intent } from '../engine/intent.ts';

/** Where keys are typed: a screen, something laid over it, or a line of text. */
export type Place =
  | 'session'
  | 'reader'
  | 'pods'
  | 'links'
  | 'dialog'
  | 'typing'
  | 'summary'
  | 'home'
  | 'preview'
  | 'status'
  | 'help';

export type Group = 'Answer' | 'Look' | 'Session' | 'Move' | 'Type' | 'Choose';

export interface Binding {
  readonly action: string;
  readonly keys: readonly string[];
  /** For the footer, in a word or two; absent where that would be noise. */
  readonly label?: string;
  /** The sentence of the help screen and of the documentation. */
  readonly help: string;
  readonly group: Group;
  readonly places: readonly Place[];
  /** What it asks of the engine: the key works while one of these is allowed. */
  readonly intents?: readonly Intent['type'][];
  /** It leads to a write: never taken from a paste, nor before the question has been in sight. */
  readonly dangerous?: true;
}
