import type { LogDocument } from './document.ts';
import { wildcard } from './fields.ts';
import { ElasticsearchProblem } from './problem.ts';

/** The indices that an expression names: `logs-*`, `a,b`, `*,-old-*`, `_all`. Throws for one that does not exist. */
export function resolveIndices(
  expression: string,
  known: readonly string[],
  isLenient: boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const part of expression === '' || expression === '_all' ? ['*'] : expression.split(',')) {
    const isExcluded = part.startsWith('-') && found.size > 0;
    const name = isExcluded ? part.slice(1) : part;
    const pattern = wildcard(name);
    const fitting = known.filter((index) => pattern.test(index));
    if (!name.includes('*') && fitting.length === 0 && !isLenient) throw missing(name);
    for (const index of fitting) {
      if (isExcluded) found.delete(index);
      else found.add(index);
    }
  }
  return found;
}

function missing(index: string): ElasticsearchProblem {
  return new ElasticsearchProblem(404, 'index_not_found_exception', `no such index [${index}]`, {
    'resource.type': 'index_or_alias',
    'resource.id': index,
    index_uuid: '_na_',
    index,
  });
}

/** As GET /_cat/indices lists them. */
export function catIndices(documents: readonly LogDocument[]): readonly Readonly<Record<string, string>>[] {
  const groups = Map.groupBy(documents, ({ index }) => index);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([index, some]) => {
      const size = `${Math.max(1, Math.round(some.length * 0.4))}kb`;
      return {
        health: 'green',
        status: 'open',
        index,
        uuid: Buffer.from(index).toString('base64url').slice(0, 22).padEnd(22, 'A'),
        pri: '1',
        rep: '0',
        'docs.count': String(some.length),
        'docs.deleted': '0',
        'store.size': size,
        'pri.store.size': size,
        'dataset.size': size,
      };
    });
}
