import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import { keepingLines, rememberingSanitized, rememberingWidths } from './ink-output.ts';

/** A change to a dependency's source, made while bundling, that keeps what it does and makes it start sooner. */
export interface SourcePatch {
  /** Path inside node_modules, as the bundler resolves it. */
  readonly file: string;
  apply(source: string): string;
}

/** Fails the build when the dependency changed: a patch that silently stops working would only be noticed as slowness. */
function replaceOnce(
  source: string,
  pattern: string | RegExp,
  replacement: (match: string) => string,
): string {
  const parts = source.split(pattern).length - 1;
  if (parts !== 1) throw new Error(`expected ${pattern} once, found it ${parts} times`);
  return source.replace(pattern, (match) => replacement(match));
}

/** `const name = expression;` at the top of a module becomes computed at its first use. */
export function lazyConstant(source: string, name: string): string {
  const declaration = new RegExp(`^const ${name} = (.+);$`, 'm');
  const expression = declaration.exec(source)?.[1];
  if (expression === undefined) throw new Error(`expected a one-line constant named ${name}`);
  const [before = '', after = ''] = source.split(declaration).filter((part) => part !== expression);
  const used = new RegExp(`\\b${name}\\b`, 'g');
  const uses = (text: string) => text.replace(used, `${name}Lazy()`);
  return [
    uses(before),
    `let ${name}Made;\nconst ${name}Lazy = () => (${name}Made ??= ${expression});`,
    uses(after),
  ].join('');
}

function lazyConstants(file: string, names: readonly string[]): SourcePatch {
  return { file, apply: (source) => names.reduce(lazyConstant, source) };
}

/** Decoding the layout engine through `fetch` would load the whole HTTP stack, and wait for it. */
const synchronousYoga: SourcePatch = {
  file: 'yoga-layout/dist/binaries/yoga-wasm-base64-esm.js',
  apply(source) {
    if (
      !source.includes('h.instantiateWasm)try{return h.instantiateWasm(') ||
      !source.includes('var H;H="data:')
    )
      throw new Error('expected the instantiateWasm hook and the module as a data URL in H');
    return replaceOnce(
      source,
      'loadYoga = loadYoga || {};',
      () => `loadYoga = {
        ...loadYoga,
        instantiateWasm(imports, receive) {
          const bytes = Buffer.from(H.slice(H.indexOf(',') + 1), 'base64');
          const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
          receive(instance);
          return instance.exports;
        },
      };`,
    );
  },
};

/** Printable ASCII, dots and marks of one cell, arrows, lines, blocks, and the glyphs of states. */
const ONE_CELL = '\\x20-\\x7e·×‹›•…←-↓↶↷─-╿▀-▟▶▸●○◐⚠✔✖❯';

/** Building a segmenter and the set of all emoji takes 25 ms, which plain text never needs. */
const lazyWidths: SourcePatch = {
  file: 'string-width/index.js',
  apply(source) {
    const lazy = ['segmenter', 'visibleCharacterRegex', 'spacingMarkRegex', 'rgiEmojiRegex'].reduce(
      lazyConstant,
      source,
    );
    // Of one UTF-16 unit, the emoji are those of default emoji presentation: a cheap set, unlike the sequences.
    const cheap = replaceOnce(
      lazy,
      'rgiEmojiRegexLazy().test(segment)',
      (whole) => `(segment.length === 1 ? /\\p{Emoji_Presentation}/u.test(segment) : ${whole})`,
    );
    // What screens are drawn with is of one cell each, and nothing of it joins: as cheap as plain text.
    return replaceOnce(cheap, '/^[\\u0020-\\u007E]*$/.test(string)', () => `/^[${ONE_CELL}]*$/.test(string)`);
  },
};

export const patches: readonly SourcePatch[] = [
  synchronousYoga,
  lazyWidths,
  lazyConstants('slice-ansi/tokenize-ansi.js', ['GRAPHEME_SEGMENTER']),
  lazyConstants('wrap-ansi/index.js', ['segmenter']),
  lazyConstants('@alcalzone/ansi-tokenize/build/tokenize.js', ['segmenter']),
  lazyConstants('ink/build/line-update.js', ['segmenter', 'control']),
  keepingLines,
  rememberingWidths,
  rememberingSanitized,
];

/** Applies the patches, and says which were applied: a file that moved must be noticed too. */
export function patching(applied: Set<string>): Plugin {
  return {
    name: 'patches',
    setup(build) {
      for (const patch of patches) {
        const escaped = patch.file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.');
        build.onLoad({ filter: new RegExp(`node_modules[\\\\/]${escaped}$`) }, async ({ path: file }) => {
          try {
            const contents = patch.apply(await readFile(file, 'utf8'));
            applied.add(patch.file);
            return { contents, loader: 'js' satisfies Loader };
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            return {
              errors: [
                {
                  text: `The patch for ${patch.file} no longer fits: ${reason}. Look at ${path.relative('.', file)} and adapt scripts/build/patches.ts.`,
                },
              ],
            };
          }
        });
      }
    },
  };
}
