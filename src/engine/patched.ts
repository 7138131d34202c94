interface Layers {
  readonly base: object;
  readonly size: number;
  readonly recent: object;
}

/** The layers behind a record that is not a plain object; a cache, nothing else. */
const layered = new WeakMap<object, Layers>();

/** Up to this many entries a plain copy is the fastest. */
const PLAIN = 512;

/**
 * The record with some of its entries changed or added; the record itself stays as it was. To copy thousands of entries
 * for each event would make a long session quadratic: a large record shares its entries and keeps the recent changes apart.
 */
export function patched<T>(
  record: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  const layers = layered.get(record);
  const size = layers?.size ?? Object.keys(record).length;
  if (size <= PLAIN) return { ...record, ...changes };
  const base = layers?.base ?? record;
  const recent: object = { ...layers?.recent, ...changes };
  if (Object.keys(recent).length ** 2 > size) return { ...base, ...recent } as Record<string, T>;
  const layerOf = (name: string | symbol): object => (Object.hasOwn(recent, name) ? recent : base);
  const overlay = new Proxy(base as Record<string, T>, {
    get: (_, name) => Reflect.get(layerOf(name), name),
    has: (_, name) => Reflect.has(layerOf(name), name),
    ownKeys: () => [...new Set([...Reflect.ownKeys(base), ...Reflect.ownKeys(recent)])],
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(layerOf(name), name),
  });
  layered.set(overlay, { base, size, recent });
  return overlay;
}
