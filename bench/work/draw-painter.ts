import { givePictures } from '../harness/pictures.ts';

// The same rows painted by hand: lines that differ are written where they stand. With `redraw`, all of them each time.

const isRedraw = process.argv[2] === 'redraw';
const { columns = 160, rows = 48 } = process.stdout;
let before: readonly string[] = [];
process.stdout.write('\u001b[?1049h\u001b[?25l');

givePictures(({ pods, podsReady, podCount }) => {
  const lines = [
    ` shop   ${podsReady} of ${podCount} ready`,
    ...pods
      .slice(0, rows - 2)
      .map((pod) =>
        ` ${pod.ready ? '\u001b[32m✔' : '\u001b[31m✖'} ${pod.name.padEnd(30)} ${pod.readyContainers}/${pod.containers}  ${pod.status.padEnd(30)}\u001b[39m ${String(pod.restarts).padStart(8)}  ${pod.version.padEnd(10)} ${pod.node ?? ''}`.slice(
          0,
          columns + 10,
        ),
      ),
  ];
  const text = lines
    .map((line, at) => (isRedraw || line !== before[at] ? `\u001b[${at + 1};1H${line}\u001b[K` : ''))
    .join('');
  before = lines;
  if (text !== '') process.stdout.write(text);
});
process.on('SIGTERM', () => process.exit(0));
