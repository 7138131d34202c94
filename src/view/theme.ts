import type { SessionMode } from '../engine/event.ts';
import type { Colour } from './text/paint.ts';
import type { Tone } from './text/row.ts';

/** How a tone is drawn. */
export interface Style {
  readonly color?: Colour;
  readonly backgroundColor?: Colour;
  readonly bold?: boolean;
  readonly inverse?: boolean;
  readonly dimColor?: boolean;
}

export interface Frame {
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  readonly across: string;
  readonly down: string;
}

export const glyphs = {
  done: '✔',
  failed: '✖',
  turn: '▶',
  running: '●',
  waiting: '·',
  skipped: '↷',
  undone: '↶',
  interrupted: '!',
  unavailable: '?',
  warning: '⚠',
  live: '●',
  behind: '◐',
  gone: '○',
  pointer: '❯',
  into: '▸',
  arrow: '→',
  bullet: '·',
  up: '↑',
  down: '↓',
  full: '█',
  empty: '░',
  cursor: '▏',
  rule: '─',
} as const;

/** From lowest to highest. */
export const sparks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Each world has a frame of its own, so that a glance tells them apart without colour. */
export const frames: Readonly<Record<SessionMode, Frame>> = {
  incident: frame('╭╮╰╯', '─', '│'),
  drill: frame('╔╗╚╝', '═', '║'),
  preview: frame('┌┐└┘', '╌', '╎'),
};

/** Cell for cell, for terminals that draw nothing else. */
const asciiFor: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...'✔✖▶●↷↶⚠◐○❯▸→·↑↓█░▏─…×‹›•'].map((glyph, at) => [glyph, '+x>*~<!~o>>>.^v#.|-~x<>*'[at] ?? '?']),
  ),
  ...Object.fromEntries([...'▁▂▃▄▅▆▇'].map((glyph, at) => [glyph, '_.-=+*%'[at] ?? '?'])),
  ...Object.fromEntries([...'╭╮╰╯│'].map((glyph, at) => [glyph, '++++|'[at] ?? '?'])),
  ...Object.fromEntries([...'╔╗╚╝═║'].map((glyph, at) => [glyph, '####=#'[at] ?? '?'])),
  ...Object.fromEntries([...'┌┐└┘╌╎'].map((glyph, at) => [glyph, '....-:'[at] ?? '?'])),
};

export interface Theme {
  readonly styles: Readonly<Record<Tone, Style>>;
  /** Last thing before the terminal: the same cells, in what it can draw. */
  readonly draw: (text: string) => string;
  /** The same text, made to be clicked where the terminal knows how. */
  readonly link: (text: string, href: string | undefined) => string;
}

/** Between the two backgrounds in lightness: readable on dark and on light alike, which no palette of sixteen promises. */
const CYAN = '#0d92b8';
const GREEN = '#259a3c';
const AMBER = '#b07d00';
const RED = '#e0484f';
const GREY = 'ansi256(245)';
const LINE = 'ansi256(242)';

const colours = {
  plain: {},
  muted: { color: GREY },
  strong: { bold: true },
  accent: { color: CYAN, bold: true },
  good: { color: GREEN },
  warn: { color: AMBER },
  bad: { color: RED },
  added: { color: GREEN },
  removed: { color: RED },
  border: { color: LINE },
  'border-focus': { color: CYAN },
  button: { inverse: true, bold: true },
  'badge-incident': { color: 'whiteBright', backgroundColor: 'ansi256(160)', bold: true },
  'badge-drill': { color: 'black', backgroundColor: CYAN, bold: true },
  'badge-preview': { color: 'black', backgroundColor: 'ansi256(147)', bold: true },
  'badge-good': { color: 'black', backgroundColor: GREEN, bold: true },
  'badge-warn': { color: 'black', backgroundColor: AMBER, bold: true },
  'badge-bad': { color: 'whiteBright', backgroundColor: 'ansi256(160)', bold: true },
} satisfies Record<Tone, Style>;

/** Weight instead of colour: nothing here needs a palette. */
const monochrome = {
  plain: {},
  muted: {},
  strong: { bold: true },
  accent: { bold: true },
  good: {},
  warn: { bold: true },
  bad: { bold: true },
  added: { bold: true },
  removed: {},
  border: { dimColor: true },
  'border-focus': { bold: true },
  button: { inverse: true, bold: true },
  'badge-incident': { inverse: true, bold: true },
  'badge-drill': { inverse: true, bold: true },
  'badge-preview': { inverse: true, bold: true },
  'badge-good': { inverse: true, bold: true },
  'badge-warn': { inverse: true, bold: true },
  'badge-bad': { inverse: true, bold: true },
} satisfies Record<Tone, Style>;

function frame(corners: string, across: string, down: string): Frame {
  const [topLeft = '+', topRight = '+', bottomLeft = '+', bottomRight = '+'] = [...corners];
  return { topLeft, topRight, bottomLeft, bottomRight, across, down };
}

export interface Look {
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly hyperlinks?: boolean;
}

/** OSC 8. The address is printable ASCII: whoever made the row has seen to it. */
function hyperlink(text: string, href: string): string {
  return `\u001b]8;;${href}\u0007${text}\u001b]8;;\u0007`;
}

export function themeFor(look: Look): Theme {
  return {
    styles: look.colour ? colours : monochrome,
    draw: look.unicode
      ? (text) => text
      : (text) => text.replace(/[^\x20-\x7e]/gu, (glyph) => asciiFor[glyph] ?? glyph),
    link: (text, href) => (look.hyperlinks && href !== undefined ? hyperlink(text, href) : text),
  };
}

/** NO_COLOR and what the terminal can draw, from the environment. Unknown means Unicode: nearly all can. */
export function lookFrom(env: Readonly<Record<string, string | undefined>>): Look {
  const charset = /\.(.+)$/.exec(env.LC_ALL || env.LC_CTYPE || env.LANG || '')?.[1];
  const isOther = charset !== undefined && !/^utf-?8/i.test(charset);
  const isPoor = env.TERM === 'linux' || env.TERM === 'dumb';
  return {
    colour: (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    unicode: (env.ROLLBOOK_ASCII ?? '') === '' && !isOther && !isPoor,
    hyperlinks: knowsHyperlinks(env),
  };
}

/** Only terminals that are known to: others would show the address within the text. FORCE_HYPERLINK overrules, as elsewhere. */
function knowsHyperlinks(env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env.FORCE_HYPERLINK ?? '';
  if (forced !== '') return forced !== '0';
  // a multiplexer passes on what it knows itself
  if (env.TMUX || /^(?:screen|tmux|dumb|linux)/.test(env.TERM ?? '')) return false;
  return (
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio)$/.test(env.TERM_PROGRAM ?? '') ||
    /^(?:xterm-kitty|xterm-ghostty|alacritty|foot)/.test(env.TERM ?? '') ||
    Number(env.VTE_VERSION ?? 0) >= 5000 ||
    Number(env.KONSOLE_VERSION ?? 0) >= 201_200 ||
    (env.WT_SESSION ?? '') !== ''
  );
}
