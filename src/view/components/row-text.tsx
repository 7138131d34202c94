import { Text } from 'ink';
import { createContext, memo, use } from 'react';
import { paint } from '../text/paint.ts';
import { type Row, sameRow } from '../text/row.ts';
import { type Theme, themeFor } from '../theme.ts';

export const ThemeContext = createContext<Theme>(themeFor({ colour: true, unicode: true }));

/** One line of the screen, as wide as it was built; drawn again only when it differs. */
export const RowText = memo(
  function RowText({ line }: { readonly line: Row }) {
    const theme = use(ThemeContext);
    const painted = line.map(({ text, tone, href }) =>
      paint(theme.link(theme.draw(text), href), theme.styles[tone]),
    );
    return <Text wrap="truncate">{painted.join('')}</Text>;
  },
  (before, after) => sameRow(before.line, after.line),
);
