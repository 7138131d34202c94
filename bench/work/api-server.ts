import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createServerCertificate } from '../../src/sandbox/certificate.ts';
import {
  COLUMNS,
  createChanges,
  deploymentsOf,
  type Included,
  makePods,
  metadataOf,
  type Pod,
  podJson,
  tableRow,
} from '../harness/pods.ts';

// An API server of one namespace, cheap enough never to be what is measured. Arguments: pods, folder.
// On standard input: a number, the changes a second from now on.

const [count = '100', folder = '.'] = process.argv.slice(2);
const pods = makePods(Number(count));
const byName = new Map(pods.map((pod) => [pod.name, pod]));
const deployments = deploymentsOf(pods);
const change = createChanges(pods);
let revision = 1_000_000;

interface Watcher {
  readonly format: 'json' | Included;
  readonly response: ServerResponse;
  isFirst: boolean;
}
const watchers = new Set<Watcher>();

const TABLE = '"kind":"Table","apiVersion":"meta.k8s.io/v1"';

function formatOf(request: IncomingMessage, query: URLSearchParams): Watcher['format'] {
  if (!request.headers.accept?.includes('as=Table')) return 'json';
  return (query.get('includeObject') as Included | null) ?? 'Metadata';
}

function listPods(request: IncomingMessage, query: URLSearchParams): string {
  const from = Number(query.get('continue') ?? 0);
  const limit = Number(query.get('limit') ?? 0) || pods.length;
  const page = pods.slice(from, from + limit);
  const left = pods.length - from - page.length;
  const more = left > 0 ? `,"continue":"${from + page.length}","remainingItemCount":${left}` : '';
  const metadata = `"metadata":{"resourceVersion":"${revision}"${more}}`;
  const format = formatOf(request, query);
  return format === 'json'
    ? `{"kind":"PodList","apiVersion":"v1",${metadata},"items":[${page.map((pod) => podJson(pod, false)).join()}]}\n`
    : `{${TABLE},${metadata},"columnDefinitions":${COLUMNS},"rows":[${page.map((pod) => tableRow(pod, format)).join()}]}\n`;
}

function eventLine(pod: Pod, watcher: Watcher): string {
  if (watcher.format === 'json') return `{"type":"MODIFIED","object":${podJson(pod, true)}}\n`;
  const columns = watcher.isFirst ? COLUMNS : 'null';
  watcher.isFirst = false;
  const metadata = `"metadata":{"resourceVersion":"${pod.revision}"}`;
  return `{"type":"MODIFIED","object":{${TABLE},${metadata},"columnDefinitions":${columns},"rows":[${tableRow(pod, watcher.format)}]}}\n`;
}

/** Nothing but pods ever changes. */
function watch(
  request: IncomingMessage,
  query: URLSearchParams,
  response: ServerResponse,
  what: string,
): void {
  const watcher = { format: formatOf(request, query), response, isFirst: true };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  if (what === 'pods') watchers.add(watcher);
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const timer =
    seconds > 0
      ? setTimeout(() => {
          watchers.delete(watcher);
          response.end();
        }, seconds * 1000)
      : undefined;
  response.once('close', () => {
    watchers.delete(watcher);
    clearTimeout(timer);
  });
}

const SINCE = '2026-11-22T03:30:27Z';

function deployment(name: string) {
  const labels = { app: name };
  const replicas = pods.filter((pod) => pod.deployment === name).length;
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      resourceVersion: '5',
      generation: 1,
      creationTimestamp: SINCE,
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image: 'registry.example/shop/web:v2.4.1' }] },
      },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    },
  };
}

const resource = (name: string, kind: string) => ({
  name,
  kind,
  namespaced: true,
  singularName: '',
  verbs: ['get', 'list', 'watch'],
});
const resources = (groupVersion: string, list: object[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: list,
});
const group = (name: string) => {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
};

const FIXED: Readonly<Record<string, () => object>> = {
  '/version': () => ({ major: '1', minor: '33', gitVersion: 'v1.33.0' }),
  '/api': () => ({ kind: 'APIVersions', versions: ['v1'] }),
  '/apis': () => ({
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [group('apps'), group('discovery.k8s.io')],
  }),
  '/apis/apps': () => group('apps'),
  '/apis/discovery.k8s.io': () => group('discovery.k8s.io'),
  '/api/v1': () =>
    resources('v1', [resource('pods', 'Pod'), resource('services', 'Service'), resource('events', 'Event')]),
  '/apis/apps/v1': () => resources('apps/v1', [resource('deployments', 'Deployment')]),
  '/apis/discovery.k8s.io/v1': () =>
    resources('discovery.k8s.io/v1', [resource('endpointslices', 'EndpointSlice')]),
};

function listOther(name: string): object {
  const items = name === 'deployments' ? deployments.map(deployment) : [];
  const kind =
    { deployments: 'DeploymentList', services: 'ServiceList', events: 'EventList' }[name] ??
    'EndpointSliceList';
  const apiVersion = { deployments: 'apps/v1', endpointslices: 'discovery.k8s.io/v1' }[name] ?? 'v1';
  return { kind, apiVersion, metadata: { resourceVersion: String(revision) }, items };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://server');
  const [, , resourceName = '', name = ''] =
    /^(.*)\/namespaces\/shop\/([a-z]+)\/?([^/]*)$/.exec(url.pathname) ?? [];
  const send = (status: number, body: string) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
  const fixed = FIXED[url.pathname];
  const one = byName.get(name);
  const isWatch = /^(1|true)$/.test(url.searchParams.get('watch') ?? '');
  if (fixed !== undefined) send(200, JSON.stringify(fixed()));
  else if (one !== undefined) send(200, podJson(one, true));
  else if (resourceName === '')
    send(404, '{"kind":"Status","status":"Failure","code":404,"reason":"NotFound","message":"not found"}');
  else if (isWatch) watch(request, url.searchParams, response, resourceName);
  else if (resourceName === 'pods') send(200, listPods(request, url.searchParams));
  else send(200, JSON.stringify(listOther(resourceName)));
}

let perSecond = 0;
const STEP_MS = 10;
let due = 0;
setInterval(() => {
  due += (perSecond * STEP_MS) / 1000;
  for (; due >= 1; due -= 1) {
    revision += 1;
    const pod = change(revision);
    for (const watcher of watchers) watcher.response.write(eventLine(pod, watcher));
  }
}, STEP_MS);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    perSecond = Number(line);
  })
  .on('close', () => process.exit(0));

const { key, cert } = createServerCertificate(Date.now());
const server = createServer({ key, cert, keepAliveTimeout: 60_000 }, answer);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const file = path.join(folder, 'kubeconfig');
  const ca = Buffer.from(cert).toString('base64');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
clusters: [{ name: bench, cluster: { server: "https://127.0.0.1:${port}", certificate-authority-data: ${ca} } }]
users: [{ name: bench, user: { token: none } }]
contexts: [{ name: bench, context: { cluster: bench, user: bench, namespace: shop } }]
current-context: bench
`,
    { mode: 0o600 },
  );
  process.stdout.write(
    `${JSON.stringify({ kubeconfig: file, bytes: { pod: podJson(pods[0] as Pod, true).length, metadata: metadataOf(pods[0] as Pod).length, row: tableRow(pods[0] as Pod, 'None').length } })}\n`,
  );
});
