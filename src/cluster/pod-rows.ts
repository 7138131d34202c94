import type { Json } from '../ports/json.ts';
import type { TableRow } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LivePod } from './live.ts';

/** A pod as the server's table tells of it; `now` in milliseconds since the epoch dates its age. */
export function projectPodRow(row: TableRow, now: number): LivePod {
  const { name } = row;
  const cell = (column: string) => cellOf(row, column);
  const status = neutralise(text(cell('Status')));
  const [readyContainers, containers] = fraction(text(cell('Ready')));
  const [gatesOpen, gates] = fraction(text(cell('Readiness Gates')));
  const startedAt = started(text(cell('Age')), now);
  const node = text(cell('Node'));
  const isReady = status === 'Running' && readyContainers === containers && gatesOpen === gates;
  return {
    name: neutralise(name),
    workload: neutralise(workloadNamedIn(name)),
    ready: isReady && containers > 0,
    status,
    ...(status === 'Running' && !isReady ? { reason: 'not ready' } : {}),
    readyContainers,
    containers,
    restarts: restartsIn(cell('Restarts')),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(node === '' || node === NONE ? {} : { node: neutralise(node) }),
    version: '',
  };
}

/**
 * The row's news on top of what is known already and no row tells: version, reason, the owner's true name. The same
 * record comes back when nothing has changed; most changes are of one cell, and cost no more than that.
 */
export function podAfterRow(before: LivePod | undefined, row: TableRow, now: number): LivePod {
  if (before === undefined || !isSameState(before, row)) return withRow(before, projectPodRow(row, now));
  const restarts = restartsIn(cellOf(row, 'Restarts'));
  if (restarts === before.restarts) return before;
  return restarts < before.restarts ? withRow(before, projectPodRow(row, now)) : { ...before, restarts };
}

function isSameState(before: LivePod, row: TableRow): boolean {
  return (
    cellOf(row, 'Status') === before.status &&
    cellOf(row, 'Ready') === `${before.readyContainers}/${before.containers}` &&
    cellOf(row, 'Node') === before.node &&
    cellOf(row, 'Readiness Gates') === NONE
  );
}

/** A row's news, of the same pod read as a row before or as an object. */
export function withRow(before: LivePod | undefined, row: LivePod): LivePod {
  if (before === undefined) return row;
  const isSame =
    before.status === row.status &&
    before.ready === row.ready &&
    before.readyContainers === row.readyContainers;
  if (isSame && before.restarts === row.restarts && before.node === row.node) return before;
  const { reason } = isSame ? before : row;
  // An age is only as exact as its unit: the first date of a pod stays, unless there is another pod of that name.
  const startedAt = isYounger(before, row) ? row.startedAt : before.startedAt;
  const { reason: _, startedAt: __, ...rest } = row;
  return {
    ...rest,
    workload: before.workload,
    version: before.version,
    ...(reason === undefined ? {} : { reason }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}

function isYounger(before: LivePod, row: LivePod): boolean {
  return row.restarts < before.restarts || before.startedAt === undefined;
}

/** A pod's name without what its controllers append to theirs; a guess where no object is at hand. */
export function workloadNamedIn(pod: string): string {
  const ofDeployment = /^(.+)-[bcdfghjklmnpqrstvwxz0-9]{5,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/.exec(
    pod,
  )?.[1];
  return ofDeployment ?? /^(.+)-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|\d+)$/.exec(pod)?.[1] ?? pod;
}

const NONE = '<none>';

function cellOf({ cells, columns }: TableRow, column: string): Json | undefined {
  return cells[columns.get(column) ?? -1];
}

/** Since 1.22 it may read '4 (3m12s ago)'. */
function restartsIn(cell: Json | undefined): number {
  return typeof cell === 'number' ? cell : Number.parseInt(text(cell), 10) || 0;
}

function text(cell: Json | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell);
}

function fraction(cell: string): readonly [number, number] {
  const [, part = '0', whole = '0'] = /^(\d+)\/(\d+)$/.exec(cell) ?? [];
  return [Number(part), Number(whole)];
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/** '3d4h' → when that was. */
function started(age: string, now: number): string | undefined {
  const parts = [...age.matchAll(/(\d+)([smhdy])/g)];
  if (parts.length === 0) return undefined;
  const seconds = parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return new Date(now - seconds * 1000).toISOString();
}
