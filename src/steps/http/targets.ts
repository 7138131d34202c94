import { z } from 'zod';
import { isPodReady } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadPorts } from '../../ports/ports.ts';

export const target = z.discriminatedUnion('through', [
  z.object({ through: z.literal('url'), url: z.string() }),
  z.object({
    through: z.enum(['services', 'pods']),
    namespace: z.string(),
    name: z.string(),
    port: z.union([z.string(), z.number()]).nullable(),
    path: z.string(),
    scheme: z.enum(['http', 'https']),
  }),
  z.object({
    through: z.literal('selector'),
    namespace: z.string(),
    selector: z.string(),
    minPods: z.number(),
    port: z.union([z.string(), z.number()]).nullable(),
    path: z.string(),
    scheme: z.enum(['http', 'https']),
  }),
]);
export type Target = z.infer<typeof target>;
type Proxied = Exclude<Target, { through: 'url' }>;

/** What came of one request: an answer, or why there was none. */
export interface Answer {
  readonly whom: string;
  readonly status: number | null;
  readonly body: string;
  readonly durationMs: number | null;
  /** Why nothing answered, a sentence. */
  readonly problem?: string;
}

const PODS_ASKED = 50;
/** A target that does not answer is what the check is there to find out; it is no failure of the check. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'dns',
  'refused',
  'timeout',
  'disconnected',
  'tls',
  'not-found',
]);

export function targetText(of: Target): string {
  switch (of.through) {
    case 'url':
      return of.url;
    case 'selector':
      return `each ready pod with ${of.selector}${portText(of)}${of.path}`;
    case 'services':
    case 'pods':
      return `${of.through === 'services' ? 'service' : 'pod'}/${of.name}${portText(of)}${of.path}`;
  }
}

function portText({ port }: Proxied): string {
  return port === null ? '' : `:${port}`;
}

/** One GET of the target, or of each ready pod. */
export async function ask(
  ports: ReadPorts,
  of: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  if (of.through === 'url') {
    return [await answered(of.url, () => ports.http.read({ url: of.url, timeoutMs, signal }))];
  }
  const kube = await ports.kubernetes();
  const get = (through: 'pods' | 'services', name: string) =>
    answered(`${through === 'pods' ? 'pod' : 'service'}/${name}`, () =>
      kube.proxyGet(
        {
          through,
          name,
          namespace: of.namespace,
          scheme: of.scheme,
          path: of.path,
          timeoutMs,
          ...(of.port === null ? {} : { port: of.port }),
        },
        { signal },
      ),
    );
  if (of.through !== 'selector') return [await get(of.through, of.name)];
  const request = { group: '', resource: 'pods', namespace: of.namespace, labelSelector: of.selector };
  const { items } = await kube.list(request, { signal });
  const ready = items.filter(isPodReady).slice(0, PODS_ASKED);
  return Promise.all(ready.map(({ metadata }) => get('pods', metadata.name)));
}

async function answered(
  whom: string,
  request: () => Promise<{ readonly status: number; readonly body: string; readonly durationMs: number }>,
): Promise<Answer> {
  try {
    const { status, body, durationMs } = await request();
    return { whom, status, body, durationMs };
  } catch (error) {
    if (!(error instanceof PortFailure)) throw error;
    if (error.reason === 'forbidden') throw proxyForbidden(whom);
    if (!UNANSWERED.has(error.reason)) throw error;
    return { whom, status: null, body: '', durationMs: null, problem: error.message };
  }
}

/** The check is not possible from here: a question to the operator, not a failure of what is checked. */
export function proxyForbidden(whom: string): PortFailure {
  const proxy = whom.startsWith('service') ? 'service' : 'pod';
  return new PortFailure(
    `This user may not use the ${proxy} proxy of the API server, so ${whom} cannot be checked from here.`,
    {
      reason: 'not-configured',
      next: `Check it by hand, from a place that reaches it; or ask for the permission to get ${proxy}s/proxy.`,
    },
  );
}
