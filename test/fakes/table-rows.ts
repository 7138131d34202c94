import type { Json } from '../../src/ports/json.ts';
import type { TableRow } from '../../src/ports/kubernetes.ts';

const COLUMNS = [
  'Name',
  'Ready',
  'Status',
  'Restarts',
  'Age',
  'IP',
  'Node',
  'Nominated Node',
  'Readiness Gates',
];
const columns = new Map(COLUMNS.map((name, place) => [name, place]));

/** A row of the server's table of pods; cells that are not given are as of a pod that says nothing. */
export function tableRow(name: string, cells: Readonly<Record<string, Json>> = {}): TableRow {
  return {
    name,
    columns,
    cells: COLUMNS.map((column) => (column === 'Name' ? name : (cells[column] ?? '<none>'))),
  };
}
