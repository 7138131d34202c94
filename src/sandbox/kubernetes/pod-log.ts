import type { ApiCall, Cluster, Reply } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { existing } from './read.ts';
import type { StoredObject } from './store.ts';
import type { ContainerRef, LogLine } from './world-interfaces.ts';

interface Named {
  readonly name: string;
}

interface ContainerStatus extends Named {
  readonly state?: { readonly waiting?: { readonly reason?: string } };
}

/** The container that is asked for, or the only one there is. Throws ApiError BadRequest. */
export function containerOf(pod: StoredObject, asked: string | null): string {
  const containers: readonly Named[] = pod.spec?.containers ?? [];
  const initContainers: readonly Named[] = pod.spec?.initContainers ?? [];
  const { name } = pod.metadata;
  if (asked) {
    const isKnown = [...containers, ...initContainers].some((container) => container.name === asked);
    if (!isKnown) throw ApiError.badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only.name;
  const names = containers.map((container) => container.name).join(' ');
  const init = initContainers.map((container) => container.name).join(' ');
  const also = init === '' ? '' : ` or one of the init containers: [${init}]`;
  throw ApiError.badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names}]${also}`,
  );
}

function waitingReason(pod: StoredObject, container: string): string | undefined {
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ];
  const status = statuses.find((item) => item.name === container);
  return status === undefined ? 'ContainerCreating' : status.state?.waiting?.reason;
}

/** Why there are no lines at all. */
function noLog(pod: StoredObject, container: ContainerRef): ApiError {
  const { name } = pod.metadata;
  if (container.previous) {
    return ApiError.badRequest(
      `previous terminated container "${container.container}" in pod "${name}" not found`,
    );
  }
  const reason = waitingReason(pod, container.container) ?? 'ContainerCreating';
  return ApiError.badRequest(
    `container "${container.container}" in pod "${name}" is waiting to start: ${reason}`,
  );
}

function chosenLines(lines: readonly LogLine[], query: URLSearchParams, now: number): readonly LogLine[] {
  const sinceSeconds = query.get('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const from = sinceSeconds ? now - Number(sinceSeconds) * 1000 : sinceTime ? Date.parse(sinceTime) : 0;
  const recent = lines.filter((line) => line.time >= from);
  const tail = query.get('tailLines');
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}

function isSet(query: URLSearchParams, name: string): boolean {
  return query.get(name) === 'true' || query.get(name) === '1';
}

/** `GET pods/x/log`: as plain text, or streamed as long as the container runs. */
export function readLog(cluster: Cluster, call: ApiCall): Reply {
  const { query } = call;
  const pod = existing(cluster, call);
  const container: ContainerRef = {
    namespace: call.namespace ?? '',
    pod: pod.metadata.name,
    container: containerOf(pod, query.get('container')),
    previous: isSet(query, 'previous'),
  };
  const lines = cluster.world.logs.lines(container);
  if (lines === undefined) throw noLog(pod, container);
  const withTimes = isSet(query, 'timestamps');
  const print = (line: LogLine) =>
    `${withTimes ? `${new Date(line.time).toISOString()} ` : ''}${line.text}\n`;
  const past = chosenLines(lines, query, cluster.now()).map(print).join('');
  if (!isSet(query, 'follow') || container.previous) {
    const limit = Number(query.get('limitBytes') ?? 0);
    const text = limit > 0 ? Buffer.from(past).subarray(0, limit).toString() : past;
    return { kind: 'text', code: 200, text };
  }
  return {
    kind: 'stream',
    contentType: 'text/plain',
    watch: false,
    open: (stream) => {
      stream.write(past);
      return cluster.world.logs.follow(
        container,
        (line) => stream.write(print(line)),
        () => stream.end(),
      );
    },
  };
}
