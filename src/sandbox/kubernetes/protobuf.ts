/** What starts every protobuf body of Kubernetes: `k8s` and a zero byte. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** The length-delimited fields of a protobuf message, by field number; the last one wins. */
export type Message = ReadonlyMap<number, Buffer>;

export function isKubernetesProtobuf(body: Buffer): boolean {
  return body.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Reads one message. Scalars other than strings and bytes are skipped. Throws RangeError when it is cut short. */
function readMessage(bytes: Buffer): Message {
  const fields = new Map<number, Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes.readUInt8(at);
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('varint too long');
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new RangeError('field reaches past the end');
      fields.set(tag >>> 3, bytes.subarray(at, at + length));
      at += length;
    } else if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else throw new RangeError(`unknown wire type ${wireType}`);
  }
  return fields;
}

/** The object inside the envelope (`runtime.Unknown`): its kind and its own message. */
export function readEnvelope(body: Buffer): { readonly kind: string; readonly message: Message } {
  const envelope = readMessage(body.subarray(MAGIC.length));
  const typeMeta = readMessage(envelope.get(1) ?? Buffer.alloc(0));
  return {
    kind: textOf(typeMeta, 2),
    message: readMessage(envelope.get(2) ?? Buffer.alloc(0)),
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
