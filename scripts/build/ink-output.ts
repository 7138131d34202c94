import type { SourcePatch } from './patches.ts';

/**
 * Most lines of a frame are those of the frame before. Ink takes every line of every frame apart into cells and puts
 * it together again; here a line for which the same is written as last time is taken over as it came out then.
 */
const REMEMBERED = `
const lastFrame = { width: -1, keys: [], lines: [] };
/** For each line all that is written on it, in order; undefined where that is not of single lines alone. */
const lineKeys = ({ operations, height }) => {
    const keys = new Array(height).fill('');
    const clips = [];
    for (const operation of operations) {
        if (operation.type === 'clip') clips.push(intersectClips(clips.at(-1), operation.clip));
        else if (operation.type === 'unclip') clips.pop();
        else {
            const { x, y, text, transformers } = operation;
            const rows = text.split('\\n').length;
            if (rows > 1) keys.fill(undefined, Math.max(0, y), Math.max(0, y + rows));
            else if (keys[y] !== undefined) {
                let drawn = text;
                for (const transformer of transformers) drawn = transformer(drawn, 0);
                const clip = clips.at(-1);
                const bounds = clip ? [clip.x1, clip.x2, clip.y1, clip.y2].join() : '';
                keys[y] += [x, bounds, text.length, drawn.length, text, drawn, ''].join('\\u0000');
            }
        }
    }
    return keys;
};
/** The lines that need not be drawn. */
const keptLines = (output, keys) =>
    keys.map((key, y) =>
        key !== undefined && output.width === lastFrame.width && key === lastFrame.keys[y] ? lastFrame.lines[y] : undefined);
export default class Output {`;

export const keepingLines: SourcePatch = {
  file: 'ink/build/output.js',
  apply: (source) =>
    replaced(source, [
      ['export default class Output {', REMEMBERED],
      [
        '        const output = [];\n        for (let y = 0;',
        '        const keys = lineKeys(this);\n        const kept = keptLines(this, keys);\n        const output = [];\n        for (let y = 0;',
      ],
      [
        '            const row = [];\n            for (let x = 0; x < this.width; x++) {',
        '            if (kept[y] !== undefined) {\n                output.push(undefined);\n                continue;\n            }\n            const row = [];\n            for (let x = 0; x < this.width; x++) {',
      ],
      [
        '                this.applyWriteOperation(output, operation, clips.at(-1));',
        "                if (kept[operation.y] === undefined || operation.text.includes('\\n'))\n                    this.applyWriteOperation(output, operation, clips.at(-1));",
      ],
      [
        '        const generatedOutput = output\n            .map(line => {',
        '        const lines = output\n            .map((line, y) => {\n            if (line === undefined) return kept[y];',
      ],
      [
        "        })\n            .join('\\n');\n        return {",
        "        });\n        Object.assign(lastFrame, { width: this.width, keys, lines });\n        const generatedOutput = lines.join('\\n');\n        return {",
      ],
    ]),
};

/** A text is as wide as it was the last time it was measured. */
export const rememberingWidths: SourcePatch = {
  file: 'ink/build/render-node-to-output.js',
  apply: (source) =>
    replaced(source, [
      [
        "import widestLine from 'widest-line';",
        "import measureText from './measure-text.js';\nconst widestLine = text => measureText(text).width;",
      ],
    ]),
};

/** What was once made harmless comes out the same again. */
export const rememberingSanitized: SourcePatch = {
  file: 'ink/build/sanitize-ansi.js',
  apply: (source) =>
    replaced(source, [
      [
        'export default sanitizeAnsi;',
        `const sanitized = new QuickLRU({ maxSize: 512 });
export default (text) => {
    let cached = sanitized.get(text);
    if (cached === undefined) sanitized.set(text, (cached = sanitizeAnsi(text)));
    return cached;
};`,
      ],
      [
        'import { hasAnsiControlCharacters',
        "import QuickLRU from 'quick-lru';\nimport { hasAnsiControlCharacters",
      ],
    ]),
};

function replaced(source: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((text, [before, after]) => {
    const found = text.split(before).length - 1;
    if (found !== 1) throw new Error(`expected ${JSON.stringify(before)} once, found it ${found} times`);
    return text.replace(before, () => after);
  }, source);
}
