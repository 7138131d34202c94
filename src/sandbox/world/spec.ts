import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { completeDatabase, type DatabaseSpec, databaseSchema } from '../database/database-spec.ts';
import { completeDjango, type DjangoSpec, djangoSchema } from '../django/django-spec.ts';
import { completeInboxes, type InboxesSpec, inboxesSchema } from '../inboxes/inboxes-spec.ts';
import { completeKas, type KasSpec, kasSwitches } from '../kas/kas-spec.ts';
import { kasNamespace } from '../kas/names.ts';
import { type RepositorySpec, repositoryInput } from '../repository/repository-spec.ts';
import { withRepository } from '../repository/repository-world.ts';
import { bankingApp } from './banking-app.ts';
import { danglingNames } from './dangling-names.ts';
import { type Fault, faultSchema } from './fault-spec.ts';
import { WorldSpecError } from './spec-error.ts';

const seconds = z.number().check(z.minimum(0));
const replicaCount = z.int().check(z.minimum(0), z.maximum(20_000));
const share = z.number().check(z.minimum(0), z.maximum(1));
const labels = z.record(z.string(), z.string());

const behaviour = {
  imageExists: z.optional(z.boolean()),
  pullSeconds: z.optional(seconds),
  startupSeconds: z.optional(seconds),
  shutdownSeconds: z.optional(seconds),
  /** Status code of `/healthz`, which the readiness probe asks. */
  health: z.optional(z.int().check(z.minimum(100), z.maximum(599))),
  /** Share of requests answered with 500. */
  errorRate: z.optional(share),
  latencyMs: z.optional(seconds),
  crash: z.optional(z.nullable(z.strictObject({ afterSeconds: seconds, exitCode: z.optional(z.int()) }))),
  /** What it logs when it fails. */
  errorLines: z.optional(z.array(z.string())),
  /** Services it calls: without a ready endpoint of theirs it answers 502. */
  dependsOn: z.optional(z.array(z.string())),
};

/** How one version of one Deployment's application behaves; without a version, all of them. */
const application = z.strictObject({
  deployment: z.string(),
  version: z.optional(z.string()),
  /** Only there; otherwise wherever a Deployment has that name. */
  namespace: z.optional(z.string()),
  ...behaviour,
});

/** As in a manifest; without an image of its own it runs the Deployment's. */
const container = z.looseObject({ name: z.string(), image: z.optional(z.string()) });

const deployment = z.strictObject({
  name: z.string(),
  /** The world's, unless told. */
  namespace: z.optional(z.string()),
  image: z.string(),
  version: z.string(),
  replicas: replicaCount,
  labels,
  port: z.optional(z.int()),
  /** Without a probe a pod is ready as soon as it runs. */
  probed: z.optional(z.boolean()),
  /** In place of the one container that a Deployment has otherwise; the first of them is probed and may crash. */
  containers: z.optional(z.array(container).check(z.minLength(1))),
  initContainers: z.optional(z.array(container)),
  /** Of the pod, as in a manifest. */
  volumes: z.optional(z.array(z.looseObject({ name: z.string() }))),
  /** RollingUpdate unless told. */
  strategy: z.optional(z.enum(['RollingUpdate', 'Recreate'])),
  /** Versions rolled out before, oldest first, each with how long before the start. */
  history: z.optional(z.array(z.strictObject({ version: z.string(), minutesAgo: seconds }))),
  /** How long before the start the present version was rolled out. */
  minutesAgo: z.optional(seconds),
});

const service = z.strictObject({
  name: z.string(),
  namespace: z.optional(z.string()),
  selector: z.optional(labels),
  labels: z.optional(labels),
  port: z.optional(z.int()),
  targetPort: z.optional(z.union([z.int(), z.string()])),
  clusterIP: z.optional(z.string()),
});

const autoscaler = z.strictObject({
  deployment: z.string(),
  min: z.int().check(z.minimum(1)),
  max: z.int().check(z.minimum(1)),
  /** The replicas the load asks for all the time: it fights any other size. */
  holds: z.optional(z.int()),
});

/** What the monitoring shows of the time before the start. */
const past = z.strictObject({
  /** The Deployment that served until the release. */
  before: z.string(),
  /** The one that has served since, badly. */
  after: z.string(),
  releasedMinutesAgo: seconds,
  /** Since when no pod of it is ready; never when left out. */
  unreadyMinutesAgo: z.optional(seconds),
});

const traffic = z.strictObject({
  service: z.string(),
  requestsPerSecond: z.number().check(z.minimum(0), z.maximum(10_000)),
  past: z.optional(past),
});

const user = z.strictObject({
  name: z.string(),
  token: z.string(),
  groups: z.optional(z.array(z.string())),
});

const cluster = z.strictObject({
  version: z.optional(z.string()),
  notServed: z.optional(z.array(z.string())),
  users: z.optional(z.array(user)),
});

const extraObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.optional(z.string()) }),
});

const shared = {
  namespace: z.optional(z.string()),
  seed: z.optional(z.int()),
  /** 2 makes everything in the world take half as long. */
  timeScale: z.optional(z.number().check(z.positive())),
  nodes: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  cluster: z.optional(cluster),
  autoscalers: z.optional(z.array(autoscaler)),
  /** Objects of other types to be there from the start, as in a manifest. */
  objects: z.optional(z.array(extraObject)),
  prometheus: z.optional(z.boolean()),
  elasticsearch: z.optional(z.boolean()),
  inboxes: z.optional(inboxesSchema),
  /** A real PostgreSQL behind the pod of one Deployment. */
  database: z.optional(databaseSchema),
  django: z.optional(djangoSchema),
  faults: z.optional(z.array(faultSchema)),
};

/** A preset with switches: what is given wins over the preset. */
const presetInput = z.strictObject({
  preset: z.literal('banking-app'),
  ...shared,
  replicas: z.optional(z.record(z.string(), replicaCount)),
  /** Behaviour by Deployment, over what the preset says of it. */
  applications: z.optional(z.record(z.string(), z.strictObject(behaviour))),
  services: z.optional(
    z.record(z.string(), z.strictObject({ selector: z.optional(labels), remove: z.optional(z.boolean()) })),
  ),
  /** A git repository with the manifests, the newest commit of which broke the cluster. */
  repository: z.optional(repositoryInput),
  /** Pods of one more Deployment, `bulk`, to try large clusters. */
  extraPods: z.optional(replicaCount),
});

/** KAS Fleet Manager in two namespaces, with the GitLab that its versions come from. */
const kasInput = z.strictObject({
  preset: z.literal('kas-fleet-manager'),
  ...shared,
  ...kasSwitches,
});

const fullInput = z.strictObject({
  ...shared,
  deployments: z.array(deployment),
  services: z.array(service),
  applications: z.optional(z.array(application)),
  traffic: z.optional(z.array(traffic)),
});

export type DeploymentSpec = z.infer<typeof deployment>;
export type ServiceSpec = z.infer<typeof service>;
export type ApplicationSpec = z.infer<typeof application>;
export type AutoscalerSpec = z.infer<typeof autoscaler>;
export type TrafficSpec = z.infer<typeof traffic>;
export type ExtraObject = z.infer<typeof extraObject>;
export type PresetInput = z.infer<typeof presetInput>;

/** A whole world, nothing left to default. */
export interface WorldSpec {
  readonly namespace: string;
  readonly seed: number;
  readonly timeScale: number;
  readonly nodes: number;
  readonly cluster: z.infer<typeof cluster>;
  readonly deployments: readonly DeploymentSpec[];
  readonly services: readonly ServiceSpec[];
  readonly applications: readonly ApplicationSpec[];
  readonly autoscalers: readonly AutoscalerSpec[];
  readonly traffic: readonly TrafficSpec[];
  readonly objects: readonly ExtraObject[];
  readonly prometheus: boolean;
  readonly elasticsearch: boolean;
  /** Where people can be told. */
  readonly inboxes: InboxesSpec;
  readonly faults: readonly Fault[];
  /** Every namespace that operators have to do with. */
  readonly namespaces: readonly string[];
  /** What the operator may do in them: look and ask the applications, or change workloads too, or apply manifests. */
  readonly operator: 'reads' | 'changes' | 'applies';
  readonly repository: RepositorySpec | undefined;
  /** Present in the world of KAS Fleet Manager: its Deployments come from this once the world has a clock. */
  readonly kas: KasSpec | undefined;
  readonly database: DatabaseSpec | undefined;
  readonly django: DjangoSpec;
}

/** Reads a world from plain JSON: a preset with switches, or every part spelled out. Throws WorldSpecError. */
export function readWorldSpec(input: unknown): WorldSpec {
  const preset = typeof input === 'object' && input !== null && 'preset' in input ? input.preset : undefined;
  const spec =
    preset === 'kas-fleet-manager'
      ? fromKas(checked(kasInput, input))
      : preset === undefined
        ? fromParts(checked(fullInput, input))
        : fromPreset(checked(presetInput, input));
  const problems = danglingNames(spec, preset === 'banking-app' ? checked(presetInput, input) : undefined);
  if (problems.length > 0) throw new WorldSpecError(problems);
  return spec;
}

function checked<T>(schema: z.ZodMiniType<T>, input: unknown): T {
  const result = schema.safeParse(input, { error: en().localeError });
  if (result.success) return result.data;
  throw new WorldSpecError(
    result.error.issues.map((issue) => `${issue.path.join('.') || 'world'}: ${issue.message}`),
  );
}

function fromParts(input: z.infer<typeof fullInput>): WorldSpec {
  const namespace = input.namespace ?? 'default';
  const parts = [...input.deployments, ...input.services].map((part) => part.namespace ?? namespace);
  return {
    namespace,
    ...commonParts(input),
    namespaces: [...new Set([namespace, ...parts])],
    deployments: input.deployments,
    services: input.services,
    applications: input.applications ?? [],
    autoscalers: input.autoscalers ?? [],
    traffic: input.traffic ?? [],
  };
}

function fromPreset(input: PresetInput): WorldSpec {
  const namespace = input.namespace ?? 'banking-app';
  const parts = withRepository(bankingApp(input), namespace, input);
  return { namespace, ...commonParts(input), namespaces: [namespace], ...parts };
}

function fromKas({ namespace, ...input }: z.infer<typeof kasInput>): WorldSpec {
  const kas = completeKas(input);
  return {
    namespace: namespace ?? kasNamespace(kas.bad === 'stage' ? 'stage' : 'production'),
    ...commonParts(input),
    namespaces: [kasNamespace('production'), kasNamespace('stage')],
    operator: 'reads',
    kas,
    deployments: [],
    services: [],
    applications: [],
    autoscalers: input.autoscalers ?? [],
    traffic: [],
  };
}

function commonParts(
  input: Omit<PresetInput, 'preset' | 'namespace'> | Omit<z.infer<typeof fullInput>, 'namespace'>,
) {
  return {
    operator: 'changes' as const,
    kas: undefined,
    repository: undefined,
    seed: input.seed ?? 1,
    timeScale: input.timeScale ?? 1,
    nodes: input.nodes ?? 2,
    cluster: input.cluster ?? {},
    objects: input.objects ?? [],
    prometheus: input.prometheus ?? true,
    elasticsearch: input.elasticsearch ?? true,
    inboxes: completeInboxes(input.inboxes),
    database: completeDatabase(input.database),
    django: completeDjango(input.django),
    faults: input.faults ?? [],
  };
}
