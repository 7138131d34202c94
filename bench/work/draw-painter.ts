import { statusRows } from '../../src/view/rows/status-rows.ts';
import { paint } from '../../src/view/text/paint.ts';
import { themeFor } from '../../src/view/theme.ts';
import { givePictures } from '../harness/pictures.ts';

// The same screen painted by hand: lines that differ are written where they stand. With `redraw`, all of them each time.

const isRedraw = process.argv[2] === 'redraw';
const { columns = 160, rows = 48 } = process.stdout;
const { styles } = themeFor({ colour: true, unicode: true });
const view = { context: 'bench', namespace: 'shop', top: 0, help: false };
let before: readonly string[] = [];
process.stdout.write('\u001b[?1049h\u001b[?25l');

givePictures((live) => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const lines = statusRows({ ...view, live }, { columns, rows }, now).map((line) =>
    line.map(({ text, tone }) => paint(text, styles[tone])).join(''),
  );
  const text = lines
    .map((line, at) => (isRedraw || line !== before[at] ? `\u001b[${at + 1};1H${line}\u001b[K` : ''))
    .join('');
  before = lines;
  if (text !== '') process.stdout.write(text);
});
process.on('SIGTERM', () => process.exit(0));
