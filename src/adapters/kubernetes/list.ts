import { PortFailure } from '../../ports/failure.ts';
import type { KubeList, KubeObject, KubernetesContext, ReadOptions } from '../../ports/kubernetes.ts';
import type { Transport } from '../transport.ts';
import { itemsOf } from './list-items.ts';
import { withQuery } from './paths.ts';
import { type Subject, statusFailure } from './status-failure.ts';
import { createSlicer, parseJson } from './wire.ts';

const PAGE_SIZE = 500;

interface Envelope {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

export interface Listing {
  readonly transport: Transport;
  readonly context: KubernetesContext;
  readonly path: string;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly subject: Subject;
  readonly timeoutMs: number;
  readonly keep?: ((object: KubeObject) => KubeObject) | undefined;
}

/** The whole list, page by page, parsed in slices. Each page has the deadline to itself. */
export async function listAll(listing: Listing, options: ReadOptions): Promise<KubeList> {
  try {
    return await readPages(listing, options, PAGE_SIZE);
  } catch (error) {
    // the snapshot that the pages are cut from has gone: it takes one answer that needs no snapshot
    if (error instanceof PortFailure && error.reason === 'gone')
      return readPages(listing, options, undefined);
    throw error;
  }
}

async function readPages(
  listing: Listing,
  options: ReadOptions,
  limit: number | undefined,
): Promise<KubeList> {
  const items: KubeObject[] = [];
  let token: string | undefined;
  for (;;) {
    const { metadata } = await readPage(listing, options, { limit, continue: token }, items);
    token = metadata?.continue || undefined;
    if (token === undefined) return { resourceVersion: metadata?.resourceVersion ?? '', items };
  }
}

async function readPage(
  listing: Listing,
  options: ReadOptions,
  page: { readonly limit: number | undefined; readonly continue: string | undefined },
  into: KubeObject[],
): Promise<Envelope> {
  const { transport, context, subject, labelSelector, fieldSelector, keep = (object) => object } = listing;
  const response = await transport.send({
    method: 'GET',
    path: withQuery(listing.path, { labelSelector, fieldSelector, ...page }),
    timeoutMs: options.timeoutMs ?? listing.timeoutMs,
    signal: options.signal,
  });
  if (response.status !== 200) throw statusFailure(response, subject, context);
  const pause = createSlicer();
  const found: KubeObject[] = [];
  const items = itemsOf(response.body);
  let next = items.next();
  while (!next.done) {
    found.push(keep(parseJson({ body: next.value, truncated: response.truncated }, subject) as KubeObject));
    await pause();
    next = items.next();
  }
  const envelope = parseJson(
    { body: Buffer.from(next.value), truncated: response.truncated },
    subject,
  ) as Envelope;
  if (!envelope.kind?.endsWith('List')) {
    throw new PortFailure(`The answer for ${subject.resource} is not a list.`, { reason: 'unexpected' });
  }
  // items of a list do not repeat what they are; the objects stay the ones that `keep` gave
  const type = { apiVersion: envelope.apiVersion ?? '', kind: envelope.kind.slice(0, -'List'.length) };
  for (const object of found) into.push(Object.assign(object, type));
  return envelope;
}
