import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface ServerCertificate {
  /** PEM of the private key, which never leaves the process. */
  readonly key: string;
  /** PEM of the certificate, which is its own authority. */
  readonly cert: string;
}

// DER, as far as one certificate needs it.

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);
const setOf = (...parts: readonly Uint8Array[]) => tagged(0x31, ...parts);
const octets = (...parts: readonly Uint8Array[]) => tagged(0x04, ...parts);
const bits = (content: Uint8Array, unused = 0) => tagged(0x03, Buffer.from([unused]), content);
const integer = (content: Uint8Array) => tagged(0x02, content);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** GeneralizedTime: `20260102030405Z`. */
function time(date: Date): Buffer {
  return tagged(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const NAME = sequence(setOf(sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from('sandbox')))));
const DAY_MS = 24 * 60 * 60 * 1000;

function extensions(publicKey: Buffer): Buffer {
  const keyId = createHash('sha1').update(publicKey).digest();
  const loopback = tagged(0x87, Buffer.from([127, 0, 0, 1]));
  const localhost = tagged(0x82, Buffer.from('localhost'));
  return tagged(
    0xa3,
    sequence(
      extension('2.5.29.14', false, octets(keyId)),
      // basicConstraints: an authority; keyUsage: digitalSignature and keyCertSign.
      extension('2.5.29.19', true, sequence(TRUE)),
      extension('2.5.29.15', true, bits(Buffer.from([0x84]), 2)),
      extension('2.5.29.17', false, sequence(loopback, localhost)),
    ),
  );
}

function certificateOf(publicKey: KeyObject, privateKey: KeyObject, now: number): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + 365 * DAY_MS))),
    NAME,
    spki,
    extensions(spki),
  );
  return sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, privateKey)));
}

/**
 * A fresh key and self-signed certificate for 127.0.0.1 and localhost. Needed because clients of Kubernetes
 * do not send bearer tokens without TLS, and Node can make keys but not certificates.
 */
export function createServerCertificate(now: number): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = certificateOf(publicKey, privateKey, now).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}
