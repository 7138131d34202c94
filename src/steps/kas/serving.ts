import { z } from 'zod';
import { isUnavailable } from '../../ports/failure.ts';
import { durationField, durationMs, nameField, namespaceField } from '../fields.ts';
import { shortSha } from '../gitlab/place.ts';
import { type Answer, ask } from '../http/targets.ts';
import { reviewAccess } from '../kubernetes/access.ts';
import { placeOf } from '../kubernetes/place.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { buildsOf, lineOf, problemOf, servingPod, summaryOf } from './served-build.ts';
import { isOver, podFacts } from './serving-pods.ts';

const data = z.object({
  namespace: z.string(),
  selector: z.string(),
  container: z.string(),
  port: z.union([z.string(), z.number()]),
  scheme: z.enum(['http', 'https']),
  path: z.string(),
  expected: z.string().nullable(),
  minPods: z.number(),
  calmMs: z.number(),
  timeoutMs: z.number(),
});

/** Which build every pod of KAS serves, asked of each pod. */
export const serving = defineKind({
  kind: 'kas/serving',
  description:
    'Asks every pod of KAS Fleet Manager which build it serves, and looks at its images, init containers and restarts; with expect, waits until all serve that version.',
  schema: z.strictObject({
    selector: z.string().min(1).default('app=kas-fleet-manager').describe('The label selector of the pods.'),
    container: nameField.default('service').describe('The container that serves.'),
    port: z
      .union([z.int().min(1).max(65_535), z.string().min(1)])
      .default(8000)
      .describe('The port of the API.'),
    scheme: z.enum(['http', 'https']).default('https').describe('How the API is spoken to.'),
    path: z
      .string()
      .startsWith('/')
      .default('/api/kafkas_mgmt/v1')
      .describe('The path that tells server_version.'),
    expect: z
      .string()
      .min(7)
      .optional()
      .describe('The commit that every pod must serve; when absent, it only looks.'),
    'min-pods': z.int().min(1).default(1).describe('How many pods there must be at least, with expect.'),
    calm: durationField
      .default('30s')
      .describe('How long ago the last restart of a pod must be, with expect.'),
    timeout: durationField.default('5s').describe('How long to wait for the answer of a pod.'),
    namespace: namespaceField,
  }),
  risk: 'safe',
  outputs: {
    sha: 'The build that all pods serve; null when they differ, or when none tells.',
    shas: 'Every build that is served.',
    pods: 'Each pod: name, sha, from (server or image), ready, restarts.',
    count: 'How many pods there are, terminating ones aside.',
    ready: 'How many of them are ready.',
  },
  window: { forMs: 10_000, withinMs: 1_800_000, everyMs: 3_000 },
  describe: ({ expect }) =>
    expect === undefined ? 'Ask every pod which build it serves' : `Every pod serves ${shortSha(expect)}`,
  plan: async (params, context) => {
    const { kube, namespace, options } = await placeOf(context, params.namespace);
    const pods = { group: '', resource: 'pods', namespace };
    const permissions = await reviewAccess(
      kube,
      [
        { verb: 'list', ...pods },
        { verb: 'get', ...pods, subresource: 'proxy' },
      ],
      options,
    );
    const { selector, container, port, scheme, path } = params;
    return readingPlan(
      `ask each pod with ${selector} for its build`,
      {
        ...{ namespace, selector, container, port, scheme, path },
        expected: params.expect ?? null,
        minPods: params['min-pods'],
        calmMs: params.expect === undefined ? 0 : durationMs(params.calm),
        timeoutMs: durationMs(params.timeout),
      },
      permissions,
      permissions[1]?.allowed === false
        ? ['the pods cannot be asked, so the tags of their images have to do']
        : [],
    );
  },
  observe: async (plan, context) => {
    const wanted = data.parse(plan.data);
    const { kube, options } = await placeOf(context, wanted.namespace);
    const { namespace, selector, port, scheme, path } = wanted;
    const { items } = await kube.list(
      { group: '', resource: 'pods', namespace, labelSelector: selector },
      options,
    );
    const answers = await asked(() =>
      ask(
        context.ports,
        { through: 'selector', namespace, selector, minPods: 0, port, path, scheme },
        wanted.timeoutMs,
        context.signal,
      ),
    );
    const all = items
      .filter((pod) => !isOver(pod))
      .map((pod) => servingPod(podFacts(pod, wanted.container), answers));
    const pods = all.filter(({ terminating }) => !terminating);
    const now = context.ports.clock.now();
    const wrong = new Map(pods.map((pod) => [pod, problemOf(pod, wanted, now)]));
    const bad = pods.filter((pod) => wrong.get(pod) !== undefined);
    const shas = buildsOf(pods);
    const isLookOnly = wanted.expected === null;
    const leaving = all.length - pods.length;
    return {
      holds: isLookOnly || (bad.length === 0 && leaving === 0 && pods.length >= wanted.minPods),
      summary: summaryOf(pods, bad.length, wanted, leaving),
      evidence: [
        ...(pods.length === 0 ? [`there is no pod with ${selector}`] : []),
        ...pods.map((pod) => lineOf(pod, wrong.get(pod))),
        ...(leaving === 0 ? [] : [`${leaving} more are terminating`]),
      ],
      outputs: {
        sha: shas.length === 1 ? (shas[0] ?? null) : null,
        shas,
        pods: pods.map(({ name, sha, from, ready, restarts }) => ({
          name,
          sha: sha ?? null,
          from,
          ready,
          restarts,
        })),
        count: pods.length,
        ready: pods.filter(({ ready }) => ready).length,
      },
    };
  },
});

/** Without the pod proxy there are no answers, and the images tell. */
async function asked(request: () => Promise<readonly Answer[]>): Promise<readonly Answer[]> {
  try {
    return await request();
  } catch (error) {
    if (isUnavailable(error)) return [];
    throw error;
  }
}
