import { PortFailure } from '../../ports/failure.ts';
import { createToken, type TokenSource } from '../secret-token.ts';

export interface Webhook {
  readonly origin: string;
  /** Path and query: who knows it can post. */
  readonly path: string;
}

/** A webhook's address is its secret: it is told to `onSecret` as a whole and by its path. Undefined: none is configured. */
export async function webhookOf(
  source: TokenSource,
  owner: string,
  onSecret: (secret: string) => void = () => undefined,
): Promise<Webhook | undefined> {
  const address = await createToken(source, `${owner} webhook`, onSecret).get();
  if (address === undefined) return undefined;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new PortFailure(`What is given as the webhook of ${owner} is not an address.`, {
      reason: 'not-configured',
      next: 'It must begin with https://; copy it anew from where it was made.',
    });
  const path = url.pathname + url.search;
  // a failure may name the path alone
  onSecret(path);
  return { origin: url.origin, path };
}
