import { Box, useInput, usePaste, useWindowSize } from 'ink';
import { useRef, useState } from 'react';
import { Centered } from '../components/centered.tsx';
import { Rows } from '../components/rows.tsx';
import {
  type HomeChoice,
  type HomeModel,
  type HomeState,
  homeItems,
  initialHome,
  pressHome,
} from '../home.ts';
import { homePlace, pressHelp, typeHome } from '../home-keys.ts';
import type { Place } from '../keymap.ts';
import { bindingFor, keyName } from '../keys.ts';
import { isTooSmall, type Size, SMALLEST } from '../layout.ts';
import { hintRow, placeHints } from '../rows/footer-rows.ts';
import { helpFrame } from '../rows/help-rows.ts';
import { drillRows, homeHeader, outlineFrame, runbooksFrame, sessionsFrame } from '../rows/home-rows.ts';
import { framed } from '../text/frame.ts';
import { fitted, paragraph, row, span } from '../text/row.ts';
import { insert } from '../text-field.ts';
import { frames } from '../theme.ts';

export interface HomeScreenProps {
  readonly model: HomeModel;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly onChoice: (choice: HomeChoice) => void;
}

export function HomeScreen({ model, now, onChoice }: HomeScreenProps) {
  const size = useWindowSize();
  const [state, setState] = useState(() => initialHome(model));
  // Keys may come faster than frames: each is taken on top of the one before it, drawn or not.
  const latest = useRef(state);
  const update = (next: HomeState) => {
    latest.current = next;
    setState(next);
  };
  useInput((input, key) => {
    const name = keyName(input, key);
    const now = latest.current;
    if (name === 'ctrl+c') return onChoice({ action: 'quit' });
    if (now.typing !== undefined) return update(typeHome(now, name, input));
    const action = bindingFor(homePlace(now), name)?.action;
    if (now.over?.type === 'help') return update(pressHelp(now, action));
    const pressed = pressHome(model, now, action);
    update(pressed.state);
    if (pressed.choice !== undefined) onChoice(pressed.choice);
  });
  usePaste((text) => {
    const { typing } = latest.current;
    if (typing !== undefined) update({ ...latest.current, typing: insert(typing, text) });
  });
  if (isTooSmall(size)) {
    const text = `Please make the window larger: ${SMALLEST.columns}x${SMALLEST.rows} is needed.`;
    return <Rows rows={paragraph(text, size.columns).slice(0, size.rows)} width={size.columns} />;
  }
  return <HomePanes model={model} state={state} size={size} now={now} place={homePlace(state)} />;
}

interface HomePanesProps {
  readonly model: HomeModel;
  readonly state: HomeState;
  readonly size: Size;
  readonly now: number;
  readonly place: Place;
}

function HomePanes({ model, state, size, now, place }: HomePanesProps) {
  const { columns, rows } = size;
  const items = homeItems(model, state);
  const header = homeHeader(model, columns);
  const sessions = sessionsFrame(items, columns, now);
  const body = { width: columns, height: rows - header.length - 1 };
  const height = body.height - sessions.length;
  const left = columns < 100 ? Math.floor(columns * 0.48) : Math.min(64, Math.floor(columns * 0.42));
  const notice = state.notice ?? model.problems[0];
  const footer =
    notice === undefined
      ? hintRow(placeHints(place), columns)
      : fitted(row(' ', span(notice, 'warn')), columns);
  const chosen = state.over?.type === 'drill' ? items.runbook : undefined;
  const width = Math.min(72, columns - 8);
  const drill =
    chosen === undefined || state.over?.type !== 'drill'
      ? []
      : drillRows(chosen, state.over.focus, width - 4);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Rows rows={header} width={columns} />
      {state.over?.type === 'help' ? (
        <Rows rows={helpFrame(['home', 'dialog', 'typing'], state.over.top, body)} width={columns} />
      ) : (
        <Box flexDirection="column" height={body.height}>
          <Rows rows={sessions} width={columns} />
          <Box>
            <Rows rows={runbooksFrame(model, state, items, { width: left, height }, now)} width={left} />
            <Rows rows={outlineFrame(items, { width: columns - left, height })} width={columns - left} />
          </Box>
          {drill.length > 0 && (
            <Centered
              area={body}
              width={width}
              rows={framed({
                width,
                height: drill.length + 2,
                frame: frames.drill,
                focused: true,
                title: row(span('Drill', 'accent'), span(`  ${chosen?.runbook.title ?? ''}`, 'strong')),
                body: drill,
              })}
            />
          )}
        </Box>
      )}
      <Rows rows={[footer]} width={columns} />
    </Box>
  );
}
