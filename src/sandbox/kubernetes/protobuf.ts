/** What starts every protobuf body of Kubernetes: `k8s` and a zero byte. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const LONGEST_VARINT_BITS = 70n;

/** The length-delimited fields of a protobuf message, by field number; the last one wins. */
export type Message = ReadonlyMap<number, Buffer>;

export function isKubernetesProtobuf(body: Buffer): boolean {
  return body.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Each field of a message as it comes: numbers as numbers, everything else as its bytes. Throws RangeError when it is cut short. */
export function* readFields(bytes: Buffer): Generator<readonly [number, number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; shift < LONGEST_VARINT_BITS; shift += 7n) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new RangeError('varint too long');
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 2) {
      const length = varint();
      if (length < 0 || at + length > bytes.length) throw new RangeError('field reaches past the end');
      yield [tag >>> 3, bytes.subarray(at, at + length)];
      at += length;
    } else if (wireType === 0) yield [tag >>> 3, varint()];
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else throw new RangeError(`unknown wire type ${wireType}`);
  }
}

function readMessage(bytes: Buffer): Message {
  const fields = new Map<number, Buffer>();
  for (const [number, value] of readFields(bytes)) if (typeof value !== 'number') fields.set(number, value);
  return fields;
}

export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly bytes: Buffer;
  readonly message: Message;
}

/** The object inside the envelope (`runtime.Unknown`): its kind and its own message. */
export function readEnvelope(body: Buffer): Envelope {
  const envelope = readMessage(body.subarray(MAGIC.length));
  const typeMeta = readMessage(envelope.get(1) ?? Buffer.alloc(0));
  const bytes = envelope.get(2) ?? Buffer.alloc(0);
  return {
    apiVersion: textOf(typeMeta, 1),
    kind: textOf(typeMeta, 2),
    bytes,
    message: readMessage(bytes),
  };
}

/** A string field; '' when absent. */
export function textOf(message: Message, field: number): string {
  return message.get(field)?.toString('utf8') ?? '';
}

/** A nested message; undefined when absent. */
export function messageOf(message: Message, field: number): Message | undefined {
  const bytes = message.get(field);
  return bytes && readMessage(bytes);
}
