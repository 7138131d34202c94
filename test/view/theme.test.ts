import { describe, expect, it } from 'vitest';
import type { Tone } from '../../src/view/text/row.ts';
import { lookFrom, themeFor } from '../../src/view/theme.ts';

/** Relative luminance as WCAG has it. */
function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((value) => {
    const part = value / 255;
    return part <= 0.039_28 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(colour: string): readonly number[] {
  const grey = /^ansi256\((\d+)\)$/.exec(colour)?.[1];
  if (grey !== undefined) return Array(3).fill(8 + 10 * (Number(grey) - 232));
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function contrast(one: readonly number[], other: readonly number[]): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const { styles } = themeFor({ colour: true, unicode: true });

describe('the colours', () => {
  it.each<Tone>(['muted', 'accent', 'good', 'warn', 'bad', 'added', 'removed', 'border', 'border-focus'])(
    '%s can be read on white and on nearly black',
    (tone) => {
      const channels = channelsOf(styles[tone].color ?? '');
      expect(contrast(channels, [255, 255, 255])).toBeGreaterThan(3.2);
      expect(contrast(channels, [28, 28, 28])).toBeGreaterThan(3.2);
    },
  );

  it('are left out when the environment says so', () => {
    expect(lookFrom({ NO_COLOR: '1' }).colour).toBe(false);
    expect(lookFrom({ NO_COLOR: '' }).colour).toBe(true);
    const plain = Object.values(themeFor({ colour: false, unicode: true }).styles);
    expect(plain.filter((style) => style.color !== undefined || style.backgroundColor !== undefined)).toEqual(
      [],
    );
  });
});
