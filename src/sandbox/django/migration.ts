/** One operation of a migration, with what it sends to the database. */
export type Operation =
  /** Of the schema editor; `says` as its describe() does. */
  | { readonly says: string; readonly forwards: readonly string[]; readonly backwards: readonly string[] }
  /** RunPython: what its code comes to in SQL. Without `backwards` it cannot be reversed. */
  | {
      readonly python: {
        readonly forwards: readonly string[];
        readonly backwards?: readonly string[];
        /** The docstring of the reverse code, which a plan shows. */
        readonly backwardsDoc?: string;
      };
    }
  /** RunSQL; without `backwards` it cannot be reversed. */
  | { readonly sql: { readonly forwards: readonly string[]; readonly backwards?: readonly string[] } };

export interface Migration {
  readonly app: string;
  readonly name: string;
  /** Keys: 'accounts.0001_initial'. */
  readonly dependencies: readonly string[];
  readonly operations: readonly Operation[];
  /** true unless told. */
  readonly atomic?: boolean;
}

/** 'accounts.0003_account_risk_level' */
export function keyOf({ app, name }: Pick<Migration, 'app' | 'name'>): string {
  return `${app}.${name}`;
}

/** As the operation's describe(). */
export function described(operation: Operation): string {
  if ('python' in operation) return 'Raw Python operation';
  return 'sql' in operation ? 'Raw SQL operation' : operation.says;
}

/** The statements in one direction; undefined: it cannot go there. */
export function statementsOf(operation: Operation, backwards: boolean): readonly string[] | undefined {
  const both = 'python' in operation ? operation.python : 'sql' in operation ? operation.sql : operation;
  return backwards ? both.backwards : both.forwards;
}

/** A line of `migrate --plan`, cut as Django cuts it. */
export function plannedLine(operation: Operation, backwards: boolean): string {
  const [prefix, action] = actionOf(operation, backwards);
  const told = action === '' ? '' : ` -> ${action}`;
  return `${prefix}${described(operation)}${told.length > 40 ? `${told.slice(0, 39)}…` : told}`;
}

function actionOf(operation: Operation, backwards: boolean): readonly [prefix: string, action: string] {
  if ('says' in operation) return [backwards ? 'Undo ' : '', ''];
  if (statementsOf(operation, backwards) === undefined) return ['', 'IRREVERSIBLE'];
  if ('python' in operation) return ['', backwards ? (operation.python.backwardsDoc ?? '') : ''];
  return ['', (statementsOf(operation, backwards) ?? []).join('; ').replaceAll('\n', '')];
}
