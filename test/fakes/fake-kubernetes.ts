import { PortFailure } from '../../src/ports/failure.ts';
import type { Json } from '../../src/ports/json.ts';
import type {
  AccessAnswer,
  AccessRequest,
  ApplyRequest,
  DeleteRequest,
  ExecOptions,
  ExecRequest,
  ExecResult,
  KubeList,
  KubeObject,
  Kubernetes,
  KubernetesContext,
  ListRequest,
  LogRequest,
  PatchRequest,
  ProxyRequest,
  ProxyResponse,
  ResourceRef,
  ResourceType,
  ServedKind,
  WatchHandlers,
} from '../../src/ports/kubernetes.ts';
import { type FakeProgram, runProgram } from './fake-programs.ts';
import { conflict, key, namespaceOf, notServed, PLURALS, typeOf } from './kube-identity.ts';
import { applyJsonPatch, bumped, mergePatch, scaleOf, selects } from './kube-semantics.ts';

export type Operation = Exclude<keyof Kubernetes, 'context' | 'watch'>;

interface Call {
  readonly operation: Operation;
  readonly request: unknown;
}

/**
 * A cluster in a map: get, list with selectors, watch, patches with their preconditions, the scale subresource.
 * No controllers: a test puts the world it wants, and may react to writes with `onWrite`.
 */
export class FakeKubernetes implements Kubernetes {
  readonly context: KubernetesContext = {
    name: 'test',
    cluster: 'test',
    server: 'https://test:6443',
    user: 'operator',
    namespace: 'banking-app',
  };
  /** Every patch that persisted, in order. */
  readonly writes: PatchRequest[] = [];
  readonly applied: ApplyRequest[] = [];
  readonly deleted: DeleteRequest[] = [];
  readonly calls: Call[] = [];
  /** Called after a patch persisted, before it is answered: the place of a controller. */
  onWrite: (request: PatchRequest) => void = () => undefined;
  /** Answers of access reviews. */
  allow: (request: AccessRequest) => AccessAnswer = () => ({ allowed: true });
  /** When watchers were last told something, as they are told when they connect. */
  heardAt = 1_000_000;
  /** A watch for which this answers is never connected. */
  watchFailure: (request: ListRequest) => PortFailure | undefined = () => undefined;
  logText: (request: LogRequest) => string = () => '';
  proxy: (request: ProxyRequest) => ProxyResponse = () => ({ status: 200, body: 'ok', durationMs: 5 });

  /** The programs in containers, for `inspect` and `exec` alike; undefined: no such program. */
  program: FakeProgram = () => undefined;

  readonly #objects = new Map<string, KubeObject>();
  readonly #unserved = new Set<string>();
  readonly #failures: { operation: Operation; failure: PortFailure; left: number }[] = [];
  readonly #watches = new Set<{ request: ListRequest; handlers: WatchHandlers }>();
  #revision = 1000;

  constructor(...objects: readonly KubeObject[]) {
    for (const object of objects) this.put(object);
  }

  /** Creates or replaces, stamping a new resourceVersion; watchers hear of it. */
  put(object: KubeObject): KubeObject {
    const type = typeOf(object);
    this.#revision += 1;
    const stored: KubeObject = {
      ...object,
      metadata: {
        uid: `uid-${object.metadata.name}`,
        ...object.metadata,
        resourceVersion: String(this.#revision),
      },
    };
    this.#objects.set(key(type, namespaceOf(stored), stored.metadata.name), stored);
    this.#tell(type, { type: 'changed', object: stored });
    return stored;
  }

  remove(kind: string, name: string, namespace = this.context.namespace): void {
    const type = PLURALS[kind];
    const object = type && this.#objects.get(key(type, namespace, name));
    if (type === undefined || object === undefined)
      throw new Error(`the fake cluster has no ${kind} ${name}`);
    this.#objects.delete(key(type, namespace, name));
    this.#tell(type, { type: 'deleted', object });
  }

  /** The object as it is now, for assertions. */
  peek(kind: string, name: string, namespace = this.context.namespace): KubeObject | undefined {
    const type = PLURALS[kind];
    return type && this.#objects.get(key(type, namespace, name));
  }

  unserve(type: ResourceType): this {
    this.#unserved.add(`${type.group}/${type.resource}`);
    return this;
  }

  /** The next `times` calls of the operation fail. */
  failNext(operation: Operation, failure: PortFailure, times = 1): this {
    this.#failures.push({ operation, failure, left: times });
    return this;
  }

  /** What watchers are told about their connection. */
  disconnect(problem: string, heardAt: number | undefined): void {
    for (const { handlers } of this.#watches) handlers.onStatus({ connected: false, heardAt, problem });
  }

  async servedVersion(type: ResourceType): Promise<string | undefined> {
    this.#called('servedVersion', type);
    if (this.#isUnserved(type)) return undefined;
    return type.group === 'autoscaling' ? 'v2' : 'v1';
  }

  async servedKind(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    this.#called('servedKind', { apiVersion, kind });
    const type = PLURALS[kind];
    if (type === undefined || this.#isUnserved(type)) return undefined;
    return { ...type, version: apiVersion.split('/').at(-1) ?? '', namespaced: true };
  }

  async get(ref: ResourceRef): Promise<KubeObject> {
    this.#called('get', ref);
    return this.#find(ref);
  }

  async list(request: ListRequest): Promise<KubeList> {
    this.#called('list', request);
    if (this.#isUnserved(request)) throw notServed(request);
    return { resourceVersion: String(this.#revision), items: this.#select(request) };
  }

  async logs(request: LogRequest): Promise<string> {
    this.#called('logs', request);
    return this.logText(request);
  }

  async proxyGet(request: ProxyRequest): Promise<ProxyResponse> {
    this.#called('proxyGet', request);
    return this.proxy(request);
  }

  async access(request: AccessRequest): Promise<AccessAnswer> {
    this.#called('access', request);
    return this.allow(request);
  }

  async dryRunPatch(request: PatchRequest): Promise<KubeObject> {
    this.#called('dryRunPatch', request);
    return this.#patched(request);
  }

  async patch(request: PatchRequest): Promise<KubeObject> {
    this.#called('patch', request);
    const written = this.put(this.#patched(request));
    this.writes.push(request);
    this.onWrite(request);
    return request.target.subresource === 'scale' ? scaleOf(written) : written;
  }

  async inspect(request: ExecRequest, options: ExecOptions = {}): Promise<ExecResult> {
    this.#called('inspect', request);
    return runProgram(this.program, request, options);
  }

  async exec(request: ExecRequest, options: ExecOptions = {}): Promise<ExecResult> {
    this.#called('exec', request);
    return runProgram(this.program, request, options);
  }

  /** No field ownership: the fields are merged over what is there. */
  async dryRunApply(request: ApplyRequest): Promise<KubeObject> {
    this.#called('dryRunApply', request);
    return this.#applied(request);
  }

  async apply(request: ApplyRequest): Promise<KubeObject> {
    this.#called('apply', request);
    const written = this.put(this.#applied(request));
    this.applied.push(request);
    return written;
  }

  async delete(request: DeleteRequest): Promise<void> {
    this.#called('delete', request);
    const { target, uid, resourceVersion } = request;
    const { metadata, kind } = this.#find(target);
    if (
      (uid !== undefined && uid !== metadata.uid) ||
      (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    )
      throw conflict(target);
    this.remove(kind ?? '', target.name, target.namespace);
    this.deleted.push(request);
  }

  #applied({ object }: ApplyRequest): KubeObject {
    const current = this.#objects.get(key(typeOf(object), namespaceOf(object), object.metadata.name));
    return current === undefined
      ? object
      : bumped(current, mergePatch(current as Json, object as Json) as KubeObject);
  }

  watch(request: ListRequest, handlers: WatchHandlers, signal: AbortSignal): void {
    if (signal.aborted) return;
    const entry = { request, handlers };
    this.#watches.add(entry);
    signal.addEventListener('abort', () => this.#watches.delete(entry), { once: true });
    queueMicrotask(() => {
      if (signal.aborted) return;
      const failure = this.#isUnserved(request) ? notServed(request) : this.watchFailure(request);
      if (failure !== undefined) {
        const { message, reason } = failure;
        handlers.onStatus({ connected: false, heardAt: undefined, problem: message, reason });
        return;
      }
      const items = this.#select(request).map((each) => handlers.keep?.(each) ?? each);
      handlers.onEvent({ type: 'synced', items });
      handlers.onStatus({ connected: true, heardAt: this.heardAt });
    });
  }

  #isUnserved(type: ResourceType): boolean {
    return this.#unserved.has(`${type.group}/${type.resource}`);
  }

  #patched(request: PatchRequest): KubeObject {
    const { target, type, patch } = request;
    const current = this.#find({ ...target, subresource: '' });
    const before = target.subresource === 'scale' ? scaleOf(current) : current;
    const after =
      type === 'json' ? applyJsonPatch(before, patch) : (mergePatch(before as Json, patch) as KubeObject);
    if (after.metadata.resourceVersion !== before.metadata.resourceVersion) throw conflict(target);
    if (target.subresource === 'scale') {
      return bumped(current, { ...current, spec: { ...current.spec, replicas: after.spec?.replicas ?? 0 } });
    }
    return bumped(current, after);
  }

  #find(ref: ResourceRef): KubeObject {
    const found = this.#objects.get(key(ref, ref.namespace ?? this.context.namespace, ref.name));
    if (found === undefined) {
      throw new PortFailure(`${ref.resource} "${ref.name}" was not found.`, {
        reason: 'not-found',
        status: 404,
      });
    }
    return ref.subresource === 'scale' ? scaleOf(found) : found;
  }

  #select(request: ListRequest): KubeObject[] {
    const prefix = `${request.group}/${request.resource}/${request.namespace ?? this.context.namespace}/`;
    return [...this.#objects]
      .filter(([at, object]) => at.startsWith(prefix) && selects(request, object))
      .map(([, object]) => object);
  }

  #called(operation: Operation, request: unknown): void {
    this.calls.push({ operation, request });
    const planned = this.#failures.find((each) => each.operation === operation && each.left > 0);
    if (planned === undefined) return;
    planned.left -= 1;
    throw planned.failure;
  }

  #tell(
    type: ResourceType,
    event: { readonly type: 'changed' | 'deleted'; readonly object: KubeObject },
  ): void {
    for (const { request, handlers } of this.#watches) {
      const watched = request.group === type.group && request.resource === type.resource;
      if (!watched || !selects(request, event.object)) continue;
      handlers.onEvent({ ...event, object: handlers.keep?.(event.object) ?? event.object });
    }
  }
}
