import { useInput, useWindowSize } from 'ink';
import { type ReactNode, useEffect, useState } from 'react';
import { Rows } from '../components/rows.tsx';
import type { HomeModel } from '../home.ts';
import { bindingFor, keyName } from '../keys.ts';
import { hintRow, placeHints } from '../rows/footer-rows.ts';
import { framed } from '../text/frame.ts';
import { paragraph, row, span } from '../text/row.ts';
import { frames } from '../theme.ts';

export interface HomeLoadingProps {
  /** Gives the way in which the model is shown once it is there. */
  readonly onReady: (show: (model: HomeModel) => void) => void;
  readonly draw: (model: HomeModel) => ReactNode;
  readonly onLeave: () => void;
}

/** The home screen before the runbooks are read: there at once, and left like the other. */
export function HomeLoading({ onReady, draw, onLeave }: HomeLoadingProps) {
  const [model, setModel] = useState<HomeModel>();
  useEffect(() => onReady(setModel), [onReady]);
  return model === undefined ? <Waiting onLeave={onLeave} /> : draw(model);
}

function Waiting({ onLeave }: { readonly onLeave: () => void }) {
  const { columns, rows } = useWindowSize();
  useInput((input, key) => {
    const action = bindingFor('home', keyName(input, key))?.action;
    if (action === 'leave' || action === 'interrupt') onLeave();
  });
  const body = framed({
    width: columns,
    height: Math.max(2, rows - 2),
    frame: frames.incident,
    title: row(span('Runbooks', 'strong')),
    body: paragraph('Reading the runbooks …', Math.max(1, columns - 4), 'muted'),
  });
  const hints = placeHints('home').filter(({ label }) => label === 'leave');
  return (
    <Rows
      rows={[row(span(' ROLLBOOK ', 'badge-good')), ...body, hintRow(hints, columns)].slice(0, rows)}
      width={columns}
    />
  );
}
