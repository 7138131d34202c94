import { deploymentObject, serviceObject } from '../world/seed-objects.ts';
import type { ApplicationSpec, DeploymentSpec, ServiceSpec } from '../world/spec.ts';
import type {
  ManifestCommit,
  ManifestFile,
  ManifestObject,
  Mistake,
  RepositorySpec,
} from './repository-spec.ts';

/** The release that the newest commit brings, where it is one of those that do. */
const NEXT = '1.9.1';
const FOLDER = 'k8s';

interface Parts {
  readonly namespace: string;
  readonly deployments: readonly DeploymentSpec[];
  readonly services: readonly ServiceSpec[];
}

/** Four commits of a team that keeps its manifests in k8s/: three good ones, and one that breaks the cluster. */
export function repositoryOf(parts: Parts, mistakes: readonly Mistake[]): RepositorySpec {
  const good = goodFiles(parts);
  const bad = mistakes.reduce((files, mistake) => CHANGES[mistake](files, parts.namespace), good);
  const commits: readonly ManifestCommit[] = [
    {
      author: 'Mirjam Vos',
      subject: 'Banking app: first manifests',
      minutesAgo: 129_600,
      files: earlier(good, 'info'),
    },
    {
      author: 'Tomas Lindqvist',
      subject: 'Release 1.9.0 to green',
      minutesAgo: 2_880,
      files: earlier(good, 'warn'),
    },
    {
      author: 'Mirjam Vos',
      subject: 'Log less, keep accounts cached for a minute',
      minutesAgo: 1_500,
      files: good,
    },
    { author: 'Jonas Weber', subject: subjectOf(mistakes), minutesAgo: 14, files: bad },
  ];
  const badObjects = objectsOf(bad);
  return {
    commits,
    good: objectsOf(good),
    bad: badObjects,
    removed: objectsOf(good).filter((object) => !badObjects.some((other) => isSame(object, other))),
  };
}

/** How the programs of these manifests behave: green was well until the newest commit. */
export function applicationsOf(mistakes: readonly Mistake[]): readonly ApplicationSpec[] {
  const green = ['frontend-green', 'backend-green'];
  const well = green.map((deployment) => ({
    deployment,
    health: 200,
    errorRate: 0.001,
    latencyMs: 40,
    errorLines: [],
    crash: null,
  }));
  return [
    ...well,
    ...green.flatMap((deployment) => mistakes.flatMap((mistake) => badBehaviour(mistake, deployment))),
  ];
}

function badBehaviour(mistake: Mistake, deployment: string): readonly ApplicationSpec[] {
  const release = { deployment, version: NEXT };
  switch (mistake) {
    case 'wrong-image':
      return [{ ...release, imageExists: false }];
    case 'broken-probe':
      return [{ ...release, health: 404, errorLines: ['GET /ready 404: no such route'] }];
    case 'low-limits':
      return [{ ...release, crash: { afterSeconds: 1, exitCode: 137 } }];
    default:
      return [];
  }
}

function goodFiles({ namespace, deployments, services }: Parts): readonly ManifestFile[] {
  const deployed = (tier: string) =>
    deployments
      .filter(({ name }) => name.startsWith(tier))
      .map((spec) => deploymentManifest(spec, namespace));
  const service = (name: string) =>
    services.filter((each) => each.name === name).map((spec) => serviceManifest(spec, namespace));
  return [
    file('config.yaml', [
      configMap('banking-config', namespace, { CACHE_SECONDS: '60', LOG_LEVEL: 'error' }),
    ]),
    file('services.yaml', [...service('frontend-service'), ...service('postgres')]),
    file('backend-service.yaml', service('backend-service')),
    file('frontend.yaml', deployed('frontend')),
    file('backend.yaml', deployed('backend')),
    file('postgres.yaml', deployed('postgres')),
  ];
}

function file(name: string, objects: readonly ManifestObject[]): ManifestFile {
  return { path: `${FOLDER}/${name}`, objects };
}

function deploymentManifest(spec: DeploymentSpec, namespace: string): ManifestObject {
  const object = deploymentObject(spec, namespace, spec.version, 0);
  const { creationTimestamp: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function serviceManifest(spec: ServiceSpec, namespace: string): ManifestObject {
  const { name, selector, labels, port = 80, targetPort = 8080 } = spec;
  const { apiVersion, kind } = serviceObject(spec, namespace, 0, 0);
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    spec: { ports: [{ name: 'http', port, targetPort }], ...(selector === undefined ? {} : { selector }) },
  };
}

function configMap(name: string, namespace: string, data: Readonly<Record<string, string>>): ManifestObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** The same files, as they were when less had been decided. */
function earlier(files: readonly ManifestFile[], level: string): readonly ManifestFile[] {
  return mapObjects(files, (object) =>
    object.kind === 'ConfigMap' ? { ...object, data: { LOG_LEVEL: level } } : object,
  );
}

const CHANGES: Readonly<
  Record<Mistake, (files: readonly ManifestFile[], namespace: string) => readonly ManifestFile[]>
> = {
  'wrong-image': (files) => mapObjects(files, (object) => released(object, {})),
  'broken-probe': (files) =>
    mapObjects(files, (object) =>
      released(object, {
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 2, failureThreshold: 2 },
      }),
    ),
  'low-limits': (files) =>
    mapObjects(files, (object) =>
      released(object, {
        resources: { requests: { cpu: '100m', memory: '16Mi' }, limits: { memory: '16Mi' } },
      }),
    ),
  'deleted-service': (files) => files.filter(({ path }) => path !== `${FOLDER}/backend-service.yaml`),
  'added-files': (files, namespace) => [
    ...files,
    file('feature-flags.yaml', [configMap('feature-flags', namespace, { NEW_LEDGER: 'true' })]),
    file('canary.yaml', [
      serviceManifest(
        {
          name: 'backend-canary',
          selector: { app: 'backend-green', color: 'green' },
          labels: { tier: 'backend' },
        },
        namespace,
      ),
    ]),
  ],
  'changed-config': (files) =>
    mapObjects(files, (object) =>
      object.metadata.name === 'banking-config'
        ? { ...object, data: { CACHE_SECONDS: '86400', LOG_LEVEL: 'error', LEDGER: 'v2' } }
        : object,
    ),
};

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
}

/** The next release in green's manifest: its image, the change to its container, and no pod kept while it rolls out. */
function released(object: ManifestObject, change: Readonly<Record<string, unknown>>): ManifestObject {
  if (object.kind !== 'Deployment' || !object.metadata.name.endsWith('-green')) return object;
  const spec = object.spec as { readonly template: Template };
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    ...change,
    image: container.image.replace(/:[^:]+$/, `:${NEXT}`),
  }));
  const labels = { ...template.metadata.labels, release: `v${NEXT}` };
  return {
    ...object,
    spec: {
      ...spec,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels },
        spec: { ...template.spec, containers },
      },
    },
  };
}

const SUBJECTS: Readonly<Record<Mistake, string>> = {
  'wrong-image': `Release ${NEXT}, rolled out at once`,
  'broken-probe': `Release ${NEXT}, with a faster readiness probe`,
  'low-limits': `Release ${NEXT}, with memory limits as small as they can be`,
  'deleted-service': 'Remove a Service that nobody uses',
  'added-files': 'Feature flags and a canary for the new ledger',
  'changed-config': 'Cache accounts for a day',
};

function subjectOf(mistakes: readonly Mistake[]): string {
  return SUBJECTS[mistakes[0] ?? 'wrong-image'];
}

function mapObjects(
  files: readonly ManifestFile[],
  change: (object: ManifestObject) => ManifestObject,
): readonly ManifestFile[] {
  return files.map(({ path, objects }) => ({ path, objects: objects.map(change) }));
}

function objectsOf(files: readonly ManifestFile[]): readonly ManifestObject[] {
  return files.flatMap(({ objects }) => objects);
}

function isSame(a: ManifestObject, b: ManifestObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}
