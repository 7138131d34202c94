import { createHash } from 'node:crypto';

interface Folder {
  readonly entries: Map<string, Folder | Blob>;
  /** Forgotten whenever something below changes. */
  id: string | undefined;
}

interface Blob {
  readonly text: string;
  readonly id: string;
}

/** The files of a repository at one moment, with the ids that git gives to them. */
export class WorkTree {
  readonly #root: Folder = { entries: new Map(), id: undefined };

  read(path: string): string | undefined {
    const found = path
      .split('/')
      .reduce<Folder | Blob | undefined>(
        (node, name) => (node !== undefined && 'entries' in node ? node.entries.get(name) : undefined),
        this.#root,
      );
    return found !== undefined && 'text' in found ? found.text : undefined;
  }

  write(path: string, text: string): void {
    const names = path.split('/');
    const last = names.pop() ?? '';
    let folder = this.#root;
    folder.id = undefined;
    for (const name of names) {
      let next = folder.entries.get(name);
      if (next === undefined || 'text' in next) {
        next = { entries: new Map(), id: undefined };
        folder.entries.set(name, next);
      }
      next.id = undefined;
      folder = next;
    }
    folder.entries.set(last, { text, id: objectId('blob', Buffer.from(text)) });
  }

  remove(path: string): void {
    removeFrom(this.#root, path.split('/'));
  }

  paths(): string[] {
    return pathsOf(this.#root, '');
  }

  /** Id of the tree as a whole. */
  id(): string {
    return folderId(this.#root);
  }
}

/** The id of a git object of this type and content. */
export function objectId(type: 'blob' | 'tree' | 'commit', content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

function removeFrom(folder: Folder, [name = '', ...rest]: readonly string[]): void {
  const entry = folder.entries.get(name);
  if (entry === undefined) return;
  folder.id = undefined;
  if ('text' in entry) {
    if (rest.length === 0) folder.entries.delete(name);
    return;
  }
  removeFrom(entry, rest);
  // Git knows no empty folders.
  if (entry.entries.size === 0) folder.entries.delete(name);
}

function pathsOf(folder: Folder, prefix: string): string[] {
  return [...folder.entries].flatMap(([name, entry]) =>
    'text' in entry ? [prefix + name] : pathsOf(entry, `${prefix}${name}/`),
  );
}

function folderId(folder: Folder): string {
  folder.id ??= objectId('tree', treeContent(folder));
  return folder.id;
}

function treeContent(folder: Folder): Buffer {
  // Git sorts folders as if their names ended in a slash.
  const sorted = [...folder.entries]
    .map(([name, entry]) => ({ name, entry, key: Buffer.from('text' in entry ? name : `${name}/`) }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ name, entry }) => [
      Buffer.from('text' in entry ? `100644 ${name}\0` : `40000 ${name}\0`),
      Buffer.from('text' in entry ? entry.id : folderId(entry), 'hex'),
    ]),
  );
}
