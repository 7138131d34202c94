import { Box } from 'ink';
import { type HomeModel, type HomeState, homeItems } from '../home.ts';
import { homePlace } from '../home-keys.ts';
import type { Size } from '../layout.ts';
import { hintRow, placeHints } from '../rows/footer-rows.ts';
import { formFrame } from '../rows/form-rows.ts';
import { helpFrame } from '../rows/help-rows.ts';
import { drillFrame, homeHeader, outlineFrame, runbooksFrame, sessionsFrame } from '../rows/home-rows.ts';
import { fitted, row, span } from '../text/row.ts';
import { Centered } from './centered.tsx';
import { Rows } from './rows.tsx';

interface HomePanesProps {
  readonly model: HomeModel;
  readonly state: HomeState;
  readonly size: Size;
  readonly now: number;
}

/** Sessions above, runbooks on the left, the chosen one on the right; help or the drills over them. */
export function HomePanes({ model, state, size, now }: HomePanesProps) {
  const { columns, rows } = size;
  const items = homeItems(model, state);
  const header = homeHeader(model, columns);
  const sessions = sessionsFrame(items, columns, now);
  const body = { width: columns, height: rows - header.length - 1 };
  const height = body.height - sessions.length;
  const left = columns < 100 ? Math.floor(columns * 0.48) : Math.min(64, Math.floor(columns * 0.42));
  const notice = state.notice ?? model.problems[0];
  const hint = hintRow(placeHints(homePlace(state)), columns);
  const footer = notice === undefined ? hint : fitted(row(' ', span(notice, 'warn')), columns);
  const width = Math.min(72, columns - 8);
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
          {state.over?.type === 'drill' && items.runbook !== undefined && (
            <Centered area={body} width={width} rows={drillFrame(items.runbook, state.over.focus, width)} />
          )}
          {state.over?.type === 'form' && (
            <Centered
              area={body}
              width={width}
              rows={formFrame(state.over, model, { width, height: body.height })}
            />
          )}
        </Box>
      )}
      <Rows rows={[footer]} width={columns} />
    </Box>
  );
}
