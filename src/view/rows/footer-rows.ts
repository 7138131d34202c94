import { allowedIntents } from '../../engine/select.ts';
import type { Place } from '../binding.ts';
import { bindings } from '../keymap.ts';
import type { ScreenState } from '../store.ts';
import { fitted, type Row, row, rowWidth, span } from '../text/row.ts';
import { focusOf, isLookingAway, questionInSight } from './session-content.ts';

const SIGNS: Readonly<Record<string, string>> = { up: '↑', down: '↓', left: '←', right: '→' };

export function keySign(key: string): string {
  return SIGNS[key] ?? key;
}

export interface Hint {
  readonly key: string;
  readonly label: string;
}

/** The keys that do something now: the keymap, cut down to what the engine allows. */
function hints(state: ScreenState, place: Place, isNarrow: boolean): readonly Hint[] {
  const allowed = state.session === undefined ? new Set<string>() : allowedIntents(state.session);
  const question = questionInSight(state);
  const isAway = isLookingAway(state, isNarrow);
  const isDecision = question?.asks?.type === 'decision';
  // Enter gives no answer that nobody has marked.
  const isMarked = question === undefined || focusOf(state, question) >= 0;
  const isOutput = state.ui.over?.type === 'reader' && state.ui.over.what === 'output';
  return bindings
    .filter((binding) => binding.places.includes(place))
    .filter(
      (binding) => binding.intents === undefined || binding.intents.some((intent) => allowed.has(intent)),
    )
    .filter((binding) => state.host === 'there' || binding.intents === undefined)
    .filter(
      (binding) =>
        binding.action !== 'confirm' || question?.choices.some(({ action }) => action === 'confirm'),
    )
    .filter((binding) => binding.action !== 'choose' || isMarked)
    .filter((binding) => binding.action !== 'follow' || isOutput)
    .filter((binding) => binding.action !== 'links' || (state.live?.links.length ?? 0) > 0)
    .filter((binding) => place !== 'session' || binding.group !== 'Answer' || !isAway)
    .filter((binding) => place !== 'session' || binding.action !== 'close' || isAway)
    .flatMap((binding) => {
      const choice =
        place === 'session' ? question?.choices.find(({ action }) => action === binding.action) : undefined;
      const isAnswer = isDecision && binding.action === 'choose';
      const label = isAnswer ? 'give this answer' : (choice?.label.toLowerCase() ?? binding.label);
      return label === undefined ? [] : [{ key: keySign(binding.keys[0] ?? ''), label }];
    });
}

const SCROLL: Hint = { key: '↑ ↓', label: 'scroll' };
const SCROLLED: ReadonlySet<Place> = new Set([
  'reader',
  'pods',
  'links',
  'summary',
  'preview',
  'status',
  'help',
]);
const MARK: readonly Hint[] = [
  { key: '↑ ↓', label: 'mark' },
  { key: 'enter', label: 'take it' },
];

function first(place: Place): readonly Hint[] {
  if (place === 'dialog') return MARK;
  return SCROLLED.has(place) ? [SCROLL] : [];
}

/** The keys of a screen without a session. */
export function placeHints(place: Place): readonly Hint[] {
  const named = bindings.flatMap(({ places, keys, label, action }) =>
    places.includes(place) && label !== undefined && !(place === 'home' && action === 'close')
      ? [{ key: keySign(keys[0] ?? ''), label }]
      : [],
  );
  return [...first(place), ...named];
}

/** As many as fit; help and leave always do. */
export function hintRow(all: readonly Hint[], width: number): Row {
  const kept = all.filter(({ label }) => label === 'help' || label === 'leave');
  const others = all.filter((hint) => !kept.includes(hint));
  const size = (list: readonly Hint[]) => rowWidth(list.flatMap(draw)) + 1;
  while (others.length > 0 && size([...others, ...kept]) > width) others.pop();
  return fitted(row(' ', ...[...others, ...kept].flatMap(draw)), width);
}

function draw({ key, label }: Hint): Row {
  return row(span(key, 'accent'), span(` ${label}   `, 'muted'));
}

export function footerRow(state: ScreenState, place: Place, width: number, isNarrow: boolean): Row {
  const { notice } = state.ui;
  if (notice !== undefined) return fitted(row(' ', span(notice.text, notice.tone)), width);
  return hintRow([...first(place), ...hints(state, place, isNarrow)], width);
}
