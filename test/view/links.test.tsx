import { Box, renderToString } from 'ink';
import { expect, test } from 'vitest';
import { RowText, ThemeContext } from '../../src/view/components/row-text.tsx';
import { linkRows } from '../../src/view/rows/link-rows.ts';
import { themeFor } from '../../src/view/theme.ts';

const url = 'https://grafana.example.com/d/banking-app?var-namespace=banking-app&from=1763700000000&to=now';

function drawn(hyperlinks: boolean): string {
  const rows = linkRows([{ title: 'Traffic', url }], 50);
  return renderToString(
    <ThemeContext value={themeFor({ colour: false, unicode: true, hyperlinks })}>
      <Box flexDirection="column" width={50}>
        {rows.map((line) => (
          <RowText key={line.map(({ text }) => text).join('')} line={line} />
        ))}
      </Box>
    </ThemeContext>,
    { columns: 50 },
  );
}

test('a terminal that knows links gets one on every line of the address, and the same cells', () => {
  const lines = drawn(true).split('\n');
  expect(lines).toHaveLength(3);
  for (const line of lines.slice(1)) expect(line).toContain(`\u001b]8;;${url}\u0007`);
  expect(drawn(false)).not.toContain('\u001b]8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of the links
  expect(drawn(true).replace(/\u001b\]8;;[^\u0007]*\u0007|\u001b\[\d+m/g, '')).toBe(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the weight of the title
    drawn(false).replace(/\u001b\[\d+m/g, ''),
  );
});
