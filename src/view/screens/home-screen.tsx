import { useInput, usePaste, useWindowSize } from 'ink';
import { useRef, useState } from 'react';
import { HomePanes } from '../components/home-panes.tsx';
import { Rows } from '../components/rows.tsx';
import {
  type HomeChoice,
  type HomeModel,
  type HomePressed,
  type HomeState,
  initialHome,
  pressHome,
} from '../home.ts';
import { pasteForm } from '../home-form.ts';
import { homePlace, pressHelp, typeForm, typeHome } from '../home-keys.ts';
import { bindingFor, keyName } from '../keys.ts';
import { isTooSmall, SMALLEST } from '../layout.ts';
import { paragraph } from '../text/row.ts';
import { insert } from '../text-field.ts';

export interface HomeScreenProps {
  readonly model: HomeModel;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onChoice: (choice: HomeChoice) => void;
}

/** Sessions to go on with, runbooks, and what the chosen one does. */
export function HomeScreen({ model, now, onChoice }: HomeScreenProps) {
  const size = useWindowSize();
  const [state, setState] = useState(() => initialHome(model));
  // Keys may come faster than frames: each is taken on top of the one before it, drawn or not.
  const latest = useRef(state);
  const update = (next: HomeState) => {
    latest.current = next;
    setState(next);
  };
  const take = ({ state: next, choice }: HomePressed) => {
    update(next);
    if (choice !== undefined) onChoice(choice);
  };
  useInput((input, key) => {
    const name = keyName(input, key);
    const before = latest.current;
    if (name === 'ctrl+c') return onChoice({ action: 'quit' });
    if (before.typing !== undefined) return update(typeHome(before, name, input));
    if (before.over?.type === 'form') return take(typeForm(model, before, before.over, { name, input }));
    const action = bindingFor(homePlace(before), name)?.action;
    if (before.over?.type === 'help') return update(pressHelp(before, action));
    take(pressHome(model, before, action));
  });
  usePaste((text) => {
    const { typing, over } = latest.current;
    if (over?.type === 'form') update({ ...latest.current, over: pasteForm(over, text) });
    if (typing !== undefined) update({ ...latest.current, typing: insert(typing, text) });
  });
  if (isTooSmall(size)) {
    const text = `Please make the window larger: ${SMALLEST.columns}x${SMALLEST.rows} is needed.`;
    return <Rows rows={paragraph(text, size.columns).slice(0, size.rows)} width={size.columns} />;
  }
  return <HomePanes model={model} state={state} size={size} now={now} />;
}
