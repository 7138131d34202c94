import { z } from 'zod';
import type { Json } from '../../ports/json.ts';
import type { KubernetesReads, ReadOptions } from '../../ports/kubernetes.ts';
import { durationField, durationMs, jsonField, nameField, namespaceField } from '../fields.ts';
import { reviewAccess } from '../kubernetes/access.ts';
import { placeOf } from '../kubernetes/place.ts';
import { podSelectorOf, WORKLOADS } from '../kubernetes/workload.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, type Permission, type PlanContext } from '../step-kind.ts';
import { expectation, expectationFields, mismatch } from './expectation.ts';
import { type Answer, ask, proxyForbidden, type Target, target, targetText } from './targets.ts';

const BODY_KEPT = 16_384;

const data = z.object({ target, timeoutMs: z.number(), expectation });

const servicePorts = z.object({ ports: z.array(z.object({ port: z.number() })) });

const schema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('An address that is reached from here.'),
    service: nameField.optional().describe('A Service, reached through the API server.'),
    pod: nameField.optional().describe('A pod, reached through the API server.'),
    selector: z
      .string()
      .min(1)
      .optional()
      .describe('A label selector: each ready pod is checked, through the API server.'),
    deployment: nameField
      .optional()
      .describe('A Deployment: each of its ready pods is checked, through the API server.'),
    'min-pods': z
      .int()
      .min(1)
      .default(1)
      .describe('With a selector or a Deployment: how many ready pods there must be at least.'),
    port: z
      .union([z.int().min(1).max(65_535), z.string().min(1)])
      .optional()
      .describe('The port, by number or name, of the Service or pod; its first one when absent.'),
    path: z.string().startsWith('/').default('/').describe('Path and query, for a Service or pod.'),
    scheme: z.enum(['http', 'https']).default('http').describe('How the Service or pod is spoken to.'),
    ...expectationFields,
    timeout: durationField.default('5s').describe('How long to wait for an answer.'),
    namespace: namespaceField,
  })
  .refine(
    (params) =>
      [params.url, params.service, params.pod, params.selector, params.deployment].filter(
        (way) => way !== undefined,
      ).length === 1,
    { message: 'expected exactly one of url, service, pod, selector and deployment' },
  );
type Params = z.infer<typeof schema>;

/** GETs an address until it answers as expected. */
export const check = defineKind({
  kind: 'http/check',
  description:
    'Asks an address, a Service, a pod, or each ready pod of a selector or a Deployment, until it answers with the expected status and body.',
  schema,
  risk: 'safe',
  outputs: {
    status: 'The HTTP status; of the worst answer where several pods are asked; null when nothing answered.',
    body: 'The body of that answer, its first 16 KiB.',
    duration: 'How long that answer took, in seconds; null when nothing answered.',
    passed: 'How many answered as expected.',
    asked: 'How many were asked.',
    answers: 'Each answer: whom, status, and json, the body where it is JSON of at most 16 KiB; else null.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 2_000 },
  describe: (params) =>
    `Check ${params.url ?? [params.service, params.pod, params.selector].find((name) => name !== undefined)}${params.url === undefined ? params.path : ''}`,
  plan: async (params, context) => {
    const { of, permissions } = await reach(params, context);
    const status = [params['expect-status']].flat();
    return readingPlan(
      `GET ${targetText(of)}, expected ${status.join(' or ')}`,
      {
        target: of,
        timeoutMs: durationMs(params.timeout),
        expectation: {
          status,
          contains: params['expect-body']?.contains ?? null,
          matches: params['expect-body']?.matches ?? null,
        },
      },
      permissions,
    );
  },
  observe: async (plan, context) => {
    const { target: of, timeoutMs, expectation: expected } = data.parse(plan.data);
    const answers = await ask(context.ports, of, timeoutMs, context.signal);
    const judged = answers.map((answer) => ({ answer, wrong: wrongWith(answer, expected) }));
    const failed = judged.filter(({ wrong }) => wrong !== undefined);
    const passed = answers.length - failed.length;
    const needed = of.through === 'selector' ? of.minPods : 1;
    const shown = (failed[0] ?? judged[0])?.answer;
    return {
      holds: failed.length === 0 && passed >= needed,
      summary:
        of.through === 'selector'
          ? `${passed}/${Math.max(answers.length, needed)} pods${failed[0] === undefined ? '' : `, ${failed[0].wrong}`}`
          : (failed[0]?.wrong ?? `${shown?.status}`),
      evidence:
        answers.length === 0
          ? [`no pod that matches ${targetText(of)} is ready, ${needed} needed`]
          : // A problem names whom it is about.
            judged.map(({ answer, wrong }) =>
              answer.problem === undefined ? `${answer.whom} ${wrong ?? rightly(answer)}` : answer.problem,
            ),
      outputs: {
        status: shown?.status ?? null,
        body: shown?.body.slice(0, BODY_KEPT) ?? '',
        duration: secondsOf(shown),
        passed,
        asked: answers.length,
        answers: answers.map(({ whom, status, body }) => ({ whom, status, json: jsonOf(body) })),
      },
    };
  },
});

function jsonOf(body: string): Json {
  if (body.length > BODY_KEPT) return null;
  try {
    return jsonField.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

function secondsOf(answer: Answer | undefined): number | null {
  const took = answer?.durationMs ?? null;
  return took === null ? null : Math.round(took) / 1000;
}

function wrongWith(answer: Answer, expected: z.infer<typeof expectation>): string | undefined {
  if (answer.status === null) return answer.problem ?? 'did not answer';
  return mismatch({ status: answer.status, body: answer.body }, expected);
}

function rightly({ status, durationMs: took }: Answer): string {
  return `answered ${status}${took === null ? '' : ` in ${Math.round(took)} ms`}`;
}

/** A pod's first port is found by the API server; of a Service it wants to be told one. */
async function firstPort(
  kube: KubernetesReads,
  name: string,
  namespace: string,
  options: ReadOptions,
): Promise<number | null> {
  const service = await kube.get({ group: '', resource: 'services', name, namespace }, options);
  return servicePorts.safeParse(service.spec).data?.ports[0]?.port ?? null;
}

/** Whom to ask, and whether this user may: without the proxy the check is not available, which is known before it is run. */
async function reach(
  params: Params,
  context: PlanContext,
): Promise<{ readonly of: Target; readonly permissions: readonly Permission[] }> {
  if (params.url !== undefined) return { of: { through: 'url', url: params.url }, permissions: [] };
  const { kube, namespace, options } = await placeOf(context, params.namespace);
  const port =
    params.port ??
    (params.service === undefined ? null : await firstPort(kube, params.service, namespace, options));
  const at = { namespace, port, path: params.path, scheme: params.scheme };
  const selector =
    params.deployment === undefined
      ? params.selector
      : podSelectorOf(
          await kube.get({ ...WORKLOADS.deployment, name: params.deployment, namespace }, options),
        );
  const of: Target =
    selector !== undefined
      ? { through: 'selector', selector, minPods: params['min-pods'], ...at }
      : params.service !== undefined
        ? { through: 'services', name: params.service, ...at }
        : { through: 'pods', name: params.pod ?? '', ...at };
  const resource = of.through === 'services' ? 'services' : 'pods';
  const permissions = await reviewAccess(
    kube,
    [
      {
        verb: 'get',
        group: '',
        resource,
        subresource: 'proxy',
        namespace,
        ...(of.through === 'selector' ? {} : { name: of.name }),
      },
    ],
    options,
  );
  if (permissions.some(({ allowed }) => allowed === false)) throw proxyForbidden(targetText(of));
  return { of, permissions };
}
