import type { Program } from '../containers/program.ts';
import type { BackupVolume } from './backup-volume.ts';

const KIB = 1024;
const UNITS = ['', 'K', 'M', 'G', 'T'];

interface Wanted {
  readonly unit: number | 'human';
  /** Of --output; all of them without it. */
  readonly fields: readonly string[] | undefined;
  readonly paths: readonly string[];
}

/** `df` as it is asked for one volume: -k, -h, -P, -B SIZE, --output=avail. */
export function dfProgram(volume: BackupVolume): Program {
  return async ({ argv, stdout, stderr }) => {
    const wanted = understood(argv.slice(1));
    if (typeof wanted === 'string') {
      stderr(`df: ${wanted}\nTry 'df --help' for more information.\n`);
      return 1;
    }
    const { size, used, free } = volume.space();
    const amount = (bytes: number) =>
      wanted.unit === 'human' ? human(bytes) : String(Math.ceil(bytes / wanted.unit));
    const blocks =
      wanted.unit === 'human' ? 'Size' : wanted.unit === KIB ? '1K-blocks' : `${wanted.unit}B-blocks`;
    const row: Readonly<Record<string, readonly [title: string, value: string]>> = {
      source: ['Filesystem', '/dev/vdb'],
      size: [blocks, amount(size)],
      used: ['Used', amount(used)],
      avail: [wanted.unit === 'human' ? 'Avail' : 'Available', amount(free)],
      pcent: ['Use%', `${Math.ceil((100 * used) / Math.max(1, size))}%`],
      target: ['Mounted on', '/backup'],
    };
    const columns = (wanted.fields ?? Object.keys(row)).flatMap((field) => (row[field] ? [row[field]] : []));
    const widths = columns.map(([title, value]) => Math.max(title.length, value.length));
    for (const line of [0, 1] as const)
      stdout(`${columns.map((column, index) => column[line].padStart(widths[index] ?? 0)).join(' ')}\n`);
    return 0;
  };
}

function understood(args: readonly string[]): Wanted | string {
  let unit: Wanted['unit'] = KIB;
  let fields: readonly string[] | undefined;
  const paths: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const size = /^(?:-B|--block-size=)(.+)$/.exec(arg)?.[1] ?? (arg === '-B' ? args[++index] : undefined);
    if (size !== undefined) {
      const [, count = '1', letter = ''] = /^(\d*)([KMGT]?)$/.exec(size) ?? [];
      if (!/^(\d+[KMGT]?|[KMGT])$/.test(size)) return `invalid -B argument '${size}'`;
      unit = Number(count || 1) * KIB ** UNITS.indexOf(letter);
    } else if (arg.startsWith('--output=')) fields = arg.slice('--output='.length).split(',');
    else if (/^-[khPaT]+$/.test(arg)) unit = arg.includes('h') ? 'human' : unit;
    else if (arg.startsWith('-')) return `unrecognized option '${arg}'`;
    else paths.push(arg);
  }
  return { unit, fields, paths };
}

function human(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= KIB && unit < UNITS.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? Math.ceil(value * 10) / 10 : Math.ceil(value)}${UNITS[unit]}`;
}
