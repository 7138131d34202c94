import type { ASTNode } from '@marcbachmann/cel-js';
import { ROOTS, type Root } from './cel.ts';

/** Something that an expression names: `steps.switch-frontend.outputs.color`. */
export interface Reference {
  readonly root: Root;
  /** The names after it, as far as they are written out: ['switch-frontend', 'outputs', 'color']. */
  readonly path: readonly string[];
  /** Where each of them stands in the expression. */
  readonly at: readonly number[];
  /** Where the root stands. */
  readonly start: number;
  /** An index that is only known later follows the path. */
  readonly dynamic: boolean;
}

/** The list macros whose first argument is the name of an item. */
const ITEM_MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

interface Visit {
  readonly node: ASTNode;
  /** Names of list items that hide a root. */
  readonly bound: readonly string[];
}

/**
 * Puts the hyphens back into the names of a parsed expression (`names` says where), and lists what it refers to.
 */
export function referencesOf(ast: ASTNode, names: ReadonlyMap<number, string>): Reference[] {
  const references: Reference[] = [];
  const pending: Visit[] = [{ node: ast, bound: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, bound } = next;
    const { owner, keys, path, at, dynamic } = unwindAccess(node, names);
    for (const key of keys) pending.push({ node: key, bound });
    if (owner.op !== 'id') pushParts(owner, bound, pending);
    else if (isRoot(owner.args) && !bound.includes(owner.args))
      references.push({ root: owner.args, path, at, start: owner.start, dynamic });
  }
  return references.sort((a, b) => a.start - b.start);
}

interface Access {
  /** What is read from, with all accesses taken off. */
  readonly owner: ASTNode;
  /** Indexes that are expressions themselves. */
  readonly keys: readonly ASTNode[];
  readonly path: readonly string[];
  readonly at: readonly number[];
  readonly dynamic: boolean;
}

function unwindAccess(node: ASTNode, names: ReadonlyMap<number, string>): Access {
  const keys: ASTNode[] = [];
  let path: string[] = [];
  let at: number[] = [];
  let dynamic = false;
  let owner = node;
  while (owner.op === '.' || owner.op === '.?' || owner.op === '[]' || owner.op === '[?]') {
    const access = owner.args as [ASTNode, ASTNode | string];
    const key = access[1];
    if (typeof key === 'string') {
      const written = names.get(owner.pos);
      // The library offers no hook for names; the tree is ours alone until the expression is checked.
      if (written !== undefined) access[1] = written;
      path.push(written ?? key);
      at.push(owner.pos);
    } else if (key.op === 'value' && typeof key.args === 'string') {
      path.push(key.args);
      at.push(key.start);
    } else {
      keys.push(key);
      [path, at, dynamic] = [[], [], true];
    }
    owner = access[0];
  }
  return { owner, keys, path: path.reverse(), at: at.reverse(), dynamic };
}

function isRoot(name: string): name is Root {
  return (ROOTS as readonly string[]).includes(name);
}

function pushParts(node: ASTNode, bound: readonly string[], pending: Visit[]): void {
  const visit = (part: ASTNode, names = bound) => pending.push({ node: part, bound: names });
  switch (node.op) {
    case 'value':
    case 'id':
      return;
    case 'rcall': {
      const [name, receiver, args] = node.args;
      visit(receiver);
      const [item] = args;
      const own = ITEM_MACROS.has(name) && item?.op === 'id' ? [...bound, item.args] : bound;
      for (const arg of args) visit(arg, own);
      return;
    }
    case 'call':
      for (const arg of node.args[1]) visit(arg);
      return;
    case 'map':
      for (const [key, value] of node.args) {
        visit(key);
        visit(value);
      }
      return;
    case '!_':
    case '-_':
      visit(node.args);
      return;
    default:
      for (const part of node.args as readonly ASTNode[]) visit(part);
  }
}
