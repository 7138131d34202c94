import chalk, { type ChalkInstance } from 'chalk';
import type { Style } from '../theme.ts';

/**
 * Text in a style, as the terminal takes it: in the order in which Ink's Text nests them. One painted string is a
 * fraction of the work of one Text a span, at ten frames a second.
 */
export function paint(text: string, style: Style): string {
  let painted = text;
  if (painted === '') return painted;
  if (style.dimColor) painted = chalk.dim(painted);
  if (style.color !== undefined) painted = coloured(style.color, false)(painted);
  if (style.backgroundColor !== undefined) painted = coloured(style.backgroundColor, true)(painted);
  if (style.bold) painted = chalk.bold(painted);
  if (style.inverse) painted = chalk.inverse(painted);
  return painted;
}

const NAMED = {
  black: [chalk.black, chalk.bgBlack],
  whiteBright: [chalk.whiteBright, chalk.bgWhiteBright],
} as const satisfies Readonly<Record<string, readonly [ChalkInstance, ChalkInstance]>>;

/** '#0d92b8', 'ansi256(245)' or one of the names above. */
function coloured(color: Colour, isBackground: boolean): ChalkInstance {
  if (color === 'black' || color === 'whiteBright') return NAMED[color][isBackground ? 1 : 0];
  if (color.startsWith('#')) return isBackground ? chalk.bgHex(color) : chalk.hex(color);
  const place = Number(/^ansi256\((\d+)\)$/.exec(color)?.[1]);
  return isBackground ? chalk.bgAnsi256(place) : chalk.ansi256(place);
}

export type Colour = 'black' | 'whiteBright' | `#${string}` | `ansi256(${number})`;
