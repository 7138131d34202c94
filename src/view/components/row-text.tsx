import { Text } from 'ink';
import { createContext, memo, use } from 'react';
import { type Row, sameRow } from '../text/row.ts';
import { type Theme, themeFor } from '../theme.ts';

export const ThemeContext = createContext<Theme>(themeFor({ colour: true, unicode: true }));

/** One line of the screen, as wide as it was built; drawn again only when it differs. */
export const RowText = memo(
  function RowText({ line }: { readonly line: Row }) {
    const theme = use(ThemeContext);
    return (
      <Text wrap="truncate">
        {line.map((part, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a span has no identity but its place
          <Text key={place} {...theme.styles[part.tone]}>
            {theme.link(theme.draw(part.text), part.href)}
          </Text>
        ))}
      </Text>
    );
  },
  (before, after) => sameRow(before.line, after.line),
);
