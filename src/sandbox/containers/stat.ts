import { type Command, defineCommand } from 'just-bash';

const KINDS = { file: 'regular file', directory: 'directory', link: 'symbolic link' } as const;

/** `stat [-L] -c FORMAT FILE…`, with the fields that scripts ask for. */
export const stat: Command = defineCommand('stat', async (args, { fs, cwd }) => {
  const rest = args.filter((arg) => arg !== '-L');
  const at = rest.findIndex((arg) => arg === '-c' || arg.startsWith('--format='));
  const [flag = ''] = rest.splice(at, at < 0 ? 0 : 1);
  const format = flag === '-c' ? (rest.splice(at, 1)[0] ?? '') : flag.slice('--format='.length);
  const results = await Promise.all(
    rest.map(async (path) => {
      try {
        const found = await fs.stat(fs.resolvePath(cwd, path));
        const seconds = Math.floor(found.mtime.getTime() / 1000);
        const fields: Readonly<Record<string, string>> = {
          n: path,
          s: String(found.size),
          Y: String(seconds),
          y: new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', '.000000000 +0000'),
          a: (found.mode & 0o7777).toString(8),
          F: found.isDirectory ? KINDS.directory : found.isFile ? KINDS.file : KINDS.link,
        };
        return { out: `${format.replace(/%(.)/g, (text, name: string) => fields[name] ?? text)}\n`, err: '' };
      } catch {
        return { out: '', err: `stat: cannot statx '${path}': No such file or directory\n` };
      }
    }),
  );
  return {
    stdout: results.map(({ out }) => out).join(''),
    stderr: results.map(({ err }) => err).join(''),
    exitCode: results.some(({ err }) => err !== '') ? 1 : 0,
  };
});
