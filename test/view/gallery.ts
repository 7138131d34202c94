/** Shows a screen from fixtures, to look at: `node test/view/gallery.ts confirm`. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const outfile = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'gallery.mjs');
await build({
  entryPoints: [path.join(import.meta.dirname, 'gallery-entry.tsx')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'es2024',
  jsx: 'automatic',
  packages: 'external',
  outfile,
});
await import(pathToFileURL(outfile).href);
