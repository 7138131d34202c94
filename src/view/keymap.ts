import type { Intent } from '../engine/intent.ts';

/** Where keys are typed: a screen, something laid over it, or a line of text. */
export type Place =
  | 'session'
  | 'reader'
  | 'pods'
  | 'dialog'
  | 'typing'
  | 'summary'
  | 'home'
  | 'preview'
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

const scrolled = ['session', 'reader', 'pods', 'summary', 'preview', 'help'] as const;
const lists = [...scrolled, 'dialog', 'home'] as const;

/** Every key there is. Footer, help, documentation and the handlers read this and nothing else. */
const keymap = [
  {
    action: 'confirm',
    keys: ['y'],
    label: 'do it',
    help: 'Say yes to the open question. A dangerous step then asks for the name of its target',
    group: 'Answer',
    places: ['session'],
    intents: ['confirm-step', 'answer-step', 'confirm-undo'],
    dangerous: true,
  },
  {
    action: 'choose',
    keys: ['enter'],
    help: 'Take the answer that is marked; at first that is one that changes nothing',
    group: 'Answer',
    places: ['session', 'dialog'],
    dangerous: true,
  },
  {
    action: 'skip',
    keys: ['s'],
    label: 'skip',
    help: 'Skip the current step; asks for the reason, which goes into the journal',
    group: 'Answer',
    places: ['session'],
    intents: ['skip-step'],
  },
  {
    action: 'again',
    keys: ['r'],
    label: 'look again',
    help: 'Look at the world again and plan the step anew; nothing is written',
    group: 'Answer',
    places: ['session'],
    intents: ['retry-step', 'replan-step'],
  },
  {
    action: 'accept',
    keys: ['t'],
    label: 'take as done',
    help: 'After an interruption: take the step as done, and verify it',
    group: 'Answer',
    places: ['session'],
    intents: ['accept-step'],
    dangerous: true,
  },
  {
    action: 'undo',
    keys: ['u'],
    label: 'undo last',
    help: 'Plan the way back from the last write; it is shown and asked before it is done',
    group: 'Answer',
    places: ['session'],
    intents: ['undo-step'],
  },
  {
    action: 'stop',
    keys: ['x'],
    label: 'stop step',
    help: 'Stop the step that is under way; what it did until then stays, and is asked about',
    group: 'Answer',
    places: ['session'],
    intents: ['cancel-step'],
    dangerous: true,
  },
  {
    action: 'abort',
    keys: ['a'],
    label: 'abort',
    help: 'End the session here; asks whether its writes are to be undone first',
    group: 'Session',
    places: ['session'],
    intents: ['abort-session'],
  },
  {
    action: 'details',
    keys: ['d'],
    label: 'details',
    help: 'The whole plan: every line of the diff, the full command, conditions, evidence',
    group: 'Look',
    places: ['session'],
  },
  {
    action: 'output',
    keys: ['l'],
    label: 'output',
    help: 'All that the step has printed; find in it, or follow its end',
    group: 'Look',
    places: ['session', 'summary'],
  },
  {
    action: 'pods',
    keys: ['p'],
    label: 'pods',
    help: 'Every pod that is watched, worst first',
    group: 'Look',
    places: ['session'],
  },
  {
    action: 'note',
    keys: ['n'],
    label: 'note',
    help: 'Write a note into the journal',
    group: 'Session',
    places: ['session', 'summary'],
    intents: ['add-note'],
  },
  {
    action: 'run',
    keys: ['enter'],
    label: 'run',
    help: 'Start the chosen runbook against the real cluster, or resume the chosen session',
    group: 'Choose',
    places: ['home'],
  },
  {
    action: 'preview',
    keys: ['p'],
    label: 'preview',
    help: 'See what the chosen runbook would do; nothing is written',
    group: 'Choose',
    places: ['home'],
  },
  {
    action: 'drill',
    keys: ['d'],
    label: 'drill',
    help: 'Practise the chosen runbook in the embedded sandbox; asks for the scenario',
    group: 'Choose',
    places: ['home'],
  },
  {
    action: 'resume',
    keys: ['r'],
    label: 'resume',
    help: 'Go on with the newest session that can be resumed',
    group: 'Choose',
    places: ['home'],
  },
  {
    action: 'find',
    keys: ['/'],
    label: 'find',
    help: 'Find a word',
    group: 'Look',
    places: ['reader', 'home'],
  },
  {
    action: 'next-match',
    keys: ['n'],
    label: 'next',
    help: 'To the next place where the word is',
    group: 'Look',
    places: ['reader'],
  },
  { action: 'previous-match', keys: ['N'], help: 'To the place before', group: 'Look', places: ['reader'] },
  {
    action: 'follow',
    keys: ['f'],
    label: 'follow',
    help: 'Stay at the end while more comes',
    group: 'Look',
    places: ['reader'],
  },
  {
    action: 'pick',
    keys: ['enter'],
    label: 'take it',
    help: 'Take what is typed',
    group: 'Type',
    places: ['typing'],
    dangerous: true,
  },
  {
    action: 'next-pane',
    keys: ['tab'],
    label: 'next pane',
    help: 'To the next pane; the arrows scroll the one that is marked',
    group: 'Move',
    places: ['session'],
  },
  {
    action: 'previous-pane',
    keys: ['shift+tab'],
    help: 'To the pane before',
    group: 'Move',
    places: ['session'],
  },
  {
    action: 'previous-choice',
    keys: ['left'],
    help: 'To the answer on the left',
    group: 'Move',
    places: ['session', 'dialog'],
  },
  {
    action: 'next-choice',
    keys: ['right'],
    help: 'To the answer on the right',
    group: 'Move',
    places: ['session', 'dialog'],
  },
  { action: 'up', keys: ['up', 'k'], help: 'A line up, or the answer above', group: 'Move', places: lists },
  {
    action: 'down',
    keys: ['down', 'j'],
    help: 'A line down, or the answer below',
    group: 'Move',
    places: lists,
  },
  { action: 'page-up', keys: ['pgup', 'ctrl+b'], help: 'A page up', group: 'Move', places: scrolled },
  {
    action: 'page-down',
    keys: ['pgdn', 'space', 'ctrl+f'],
    help: 'A page down',
    group: 'Move',
    places: scrolled,
  },
  { action: 'top', keys: ['home', 'g'], help: 'To the beginning', group: 'Move', places: scrolled },
  { action: 'bottom', keys: ['end', 'G'], help: 'To the end', group: 'Move', places: scrolled },
  {
    action: 'close',
    keys: ['esc'],
    label: 'back',
    help: 'Close what lies over the screen, or go back to the current step; changes nothing',
    group: 'Move',
    places: ['session', 'reader', 'pods', 'dialog', 'typing', 'help', 'home'],
  },
  {
    action: 'help',
    keys: ['?'],
    label: 'help',
    help: 'This list',
    group: 'Session',
    places: ['session', 'reader', 'pods', 'summary', 'home', 'preview'],
  },
  {
    action: 'leave',
    keys: ['q'],
    label: 'leave',
    help: 'Leave this screen. A running session goes on without it, and waits at its next question',
    group: 'Session',
    places: ['session', 'summary', 'home', 'preview'],
  },
  {
    action: 'shut',
    keys: ['q'],
    help: 'Close what lies over the screen',
    group: 'Move',
    places: ['reader', 'pods', 'help'],
  },
  {
    action: 'interrupt',
    keys: ['ctrl+c'],
    help: 'Twice: leave this screen; the session goes on',
    group: 'Session',
    places: ['session', 'reader', 'pods', 'dialog', 'typing', 'summary', 'home', 'preview', 'help'],
  },
] as const satisfies readonly Binding[];

/** What a key, or a choice on the screen, asks for. `cancel` has no key of its own: it is chosen. */
export type Action = (typeof keymap)[number]['action'] | 'cancel';

export const bindings: readonly (Binding & { readonly action: Action })[] = keymap;
