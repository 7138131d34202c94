import type { Tree } from './json.ts';
import { readEnvelope, readFields } from './protobuf.ts';
import { WIRES, type Wire, type WireType } from './schema/wire.ts';

const NOTHING = Buffer.alloc(0);

/** A field of a message that is one field alone, as map entries and quantities are made of. */
function fieldIn(bytes: Buffer, wanted: number): number | Buffer | undefined {
  let found: number | Buffer | undefined;
  for (const [number, value] of readFields(bytes)) if (number === wanted) found = value;
  return found;
}

/** Undefined for what Go would leave out of its JSON. */
function decoded(type: WireType, value: number | Buffer): unknown {
  const bytes = typeof value === 'number' ? NOTHING : value;
  switch (type) {
    case 'string':
      return bytes.toString('utf8') || undefined;
    case 'number':
      return value === 0 ? undefined : value;
    case 'optional-number':
      return value;
    case 'boolean':
      return value === 0 ? undefined : true;
    case 'optional-boolean':
      return value !== 0;
    case 'bytes':
      return bytes.toString('base64');
    case 'quantity':
      return String(fieldIn(bytes, 1) ?? '0');
    case 'int-or-string': {
      const isText = fieldIn(bytes, 1) === 1;
      return isText ? String(fieldIn(bytes, 3) ?? '') : (fieldIn(bytes, 2) ?? 0);
    }
    default:
      return treeOf(type as Wire, bytes);
  }
}

/** An item keeps its place even when it is empty. */
function itemOf(type: WireType, value: number | Buffer): unknown {
  return decoded(type, value) ?? (type === 'string' ? '' : 0);
}

function treeOf(wire: Wire, bytes: Buffer): Tree {
  const tree: Tree = {};
  for (const [number, value] of readFields(bytes)) {
    const [name, type] = wire[number] ?? [];
    if (name === undefined || type === undefined) continue;
    if (typeof type === 'object' && 'list' in type) {
      tree[name] = [...((tree[name] as unknown[] | undefined) ?? []), itemOf(type.list, value)];
    } else if (typeof type === 'object' && 'map' in type) {
      const entry = typeof value === 'number' ? NOTHING : value;
      const key = String(fieldIn(entry, 1) ?? '');
      tree[name] = { ...(tree[name] as Tree), [key]: itemOf(type.map, fieldIn(entry, 2) ?? NOTHING) };
    } else {
      const own = decoded(type, value);
      // A message without a name is written apart, but its fields belong here.
      if (name === '') Object.assign(tree, own);
      else if (own !== undefined) tree[name] = own;
    }
  }
  return tree;
}

/** The object that a protobuf body holds; undefined for a kind the sandbox only reads as JSON. Throws RangeError. */
export function objectFromProtobuf(body: Buffer): Tree | undefined {
  const { apiVersion, kind, bytes } = readEnvelope(body);
  const wire = WIRES[`${apiVersion}/${kind}`];
  return wire && { apiVersion, kind, ...treeOf(wire, bytes) };
}
