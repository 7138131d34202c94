import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { durationField, durationMs, nameField, namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { type Place, placeOf } from './place.ts';
import { worstFirst } from './pod-trouble.ts';

const PODS_READ = 5;
const CHARACTERS_KEPT = 32_768;
const LINES_AS_EVIDENCE = 5;

const data = z.object({
  namespace: z.string(),
  pod: z.string().nullable(),
  selector: z.string().nullable(),
  container: z.string().nullable(),
  tail: z.number(),
  sinceSeconds: z.number().nullable(),
  previous: z.boolean(),
});
type Wanted = z.infer<typeof data>;

/** The last lines of one pod, or of the pods that a selector picks, the worst first. */
export const logs = defineKind({
  kind: 'kubernetes/logs',
  description:
    'Reads the last log lines of a pod, or of the pods that a selector picks: those in trouble first.',
  schema: z
    .strictObject({
      pod: nameField.optional().describe('The name of one pod.'),
      selector: z.string().min(1).optional().describe('A label selector, in place of a name.'),
      container: z.string().min(1).optional().describe('The container, where the pod has several.'),
      tail: z.int().min(1).max(1000).default(50).describe('How many lines of each pod.'),
      since: durationField.optional().describe('Only lines younger than this.'),
      previous: z.boolean().default(false).describe('Those of the container before its last restart.'),
      namespace: namespaceField,
    })
    .refine(({ pod, selector }) => (pod === undefined) !== (selector === undefined), {
      message: 'expected either a pod or a selector',
    }),
  risk: 'safe',
  outputs: {
    text: 'The lines of all pods, each pod under its name.',
    pods: 'The names of the pods whose lines were read.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ pod, selector }) =>
    `Read the logs of ${pod === undefined ? `pods with ${selector}` : `pod/${pod}`}`,
  plan: async (params, context) => {
    const { kube, namespace, options } = await placeOf(context, params.namespace);
    const permissions = await reviewAccess(
      kube,
      [
        { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace },
        ...(params.pod === undefined ? [{ verb: 'list', group: '', resource: 'pods', namespace }] : []),
      ],
      options,
    );
    const whose = params.pod === undefined ? `pods with ${params.selector}` : `pod/${params.pod}`;
    const wanted: Wanted = {
      namespace,
      pod: params.pod ?? null,
      selector: params.selector ?? null,
      container: params.container ?? null,
      tail: params.tail,
      sinceSeconds:
        params.since === undefined ? null : Math.max(1, Math.ceil(durationMs(params.since) / 1000)),
      previous: params.previous,
    };
    return readingPlan(`read the last ${params.tail} lines of ${whose}`, wanted, permissions);
  },
  observe: async (plan, context) => {
    const wanted = data.parse(plan.data);
    const place = await placeOf(context, wanted.namespace);
    const pods = await podNames(place, wanted);
    const read = pods.slice(0, PODS_READ);
    const texts = await Promise.all(read.map((pod) => logOf(place, pod, wanted)));
    const only = read.length === 1 ? texts[0] : undefined;
    const text = only ?? read.map((pod, index) => `== pod/${pod}\n${texts[index]}`).join('\n');
    const left = pods.length - read.length;
    return {
      holds: true,
      summary: `${read.length} ${read.length === 1 ? 'pod' : 'pods'}`,
      evidence: [
        pods.length === 0
          ? `no pod matches ${wanted.selector}`
          : `read from ${read.join(', ')}${left === 0 ? '' : `; ${left} more left out`}`,
        ...(texts[0] ?? '').trimEnd().split('\n').slice(-LINES_AS_EVIDENCE).filter(Boolean),
      ],
      outputs: { text: text.slice(-CHARACTERS_KEPT), pods: read },
    };
  },
});

async function podNames(
  { kube, namespace, options }: Place,
  { pod, selector }: Wanted,
): Promise<readonly string[]> {
  if (pod !== null) return [pod];
  const request = {
    group: '',
    resource: 'pods',
    namespace,
    ...(selector === null ? {} : { labelSelector: selector }),
  };
  const { items } = await kube.list(request, options);
  return worstFirst(items).map(({ metadata }: KubeObject) => metadata.name);
}

/** One pod that cannot be read says why, in place of its lines. */
async function logOf({ kube, namespace, options }: Place, pod: string, wanted: Wanted): Promise<string> {
  try {
    return await kube.logs(
      {
        namespace,
        pod,
        tailLines: wanted.tail,
        previous: wanted.previous,
        ...(wanted.container === null ? {} : { container: wanted.container }),
        ...(wanted.sinceSeconds === null ? {} : { sinceSeconds: wanted.sinceSeconds }),
      },
      options,
    );
  } catch (error) {
    if (wanted.pod !== null || !(error instanceof PortFailure) || error.reason === 'cancelled') throw error;
    return `(not read: ${error.message})`;
  }
}
