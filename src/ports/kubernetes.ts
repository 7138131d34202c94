import type { FailureReason } from './failure.ts';
import type { Json, JsonObject } from './json.ts';

/** An object as the API server sent it: plain JSON, no field dropped. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: KubeMetadata;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly [field: string]: unknown;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
  }[];
  readonly [field: string]: unknown;
}

/** A resource type: `{ group: 'apps', resource: 'deployments' }`. The served version is found by discovery. */
export interface ResourceType {
  /** '' for the core group. */
  readonly group: string;
  /** Plural, lower case. */
  readonly resource: string;
  /** Only where a version must be fixed. */
  readonly version?: string;
}

export interface ResourceRef extends ResourceType {
  readonly name: string;
  /** Absent: the session's namespace. */
  readonly namespace?: string;
  readonly subresource?: string;
}

/** A kind as the API server serves it. */
export interface ServedKind extends ResourceType {
  readonly version: string;
  readonly namespaced: boolean;
}

export interface ListRequest extends ResourceType {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface KubeList {
  readonly resourceVersion: string;
  readonly items: readonly KubeObject[];
}

export type PatchType = 'json' | 'merge' | 'strategic';

export interface PatchRequest {
  readonly target: ResourceRef;
  readonly type: PatchType;
  readonly patch: Json;
  /** Defaults to 'rollbook'. */
  readonly fieldManager?: string;
}

export interface ApplyRequest {
  /** With apiVersion, kind and metadata.name: only the fields that the manager shall own. */
  readonly object: KubeObject;
  /** Takes over fields that others own; without it they are a PortFailure 'conflict' whose `conflicts` name them. */
  readonly force?: boolean;
  /** Defaults to 'rollbook'. */
  readonly fieldManager?: string;
}

export interface DeleteRequest {
  readonly target: ResourceRef;
  /** Refused ('conflict') when the object is another one, or has moved on. */
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface ExecRequest {
  readonly namespace?: string;
  readonly pod: string;
  readonly container?: string;
  /** Program and arguments as they are: no shell, no terminal. */
  readonly argv: readonly [string, ...string[]];
  /** Its standard input, ended after it; 'not-served' where the server's protocol cannot end it (before v5). */
  readonly stdin?: string;
  /** Where all of its output goes, both streams in order of arrival; created if absent, appended to. */
  readonly outputFile?: string;
}

export interface ExecOptions extends ReadOptions {
  /** Decoded chunks of both streams as they come, bounded in rate and size. */
  readonly onOutput?: (chunk: string) => void;
}

export interface ExecResult {
  readonly exitCode: number;
  /** The last 1 MiB of each stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytes: number;
  /** Whether the beginning of a stream was dropped. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  /** The server's reason, when it gave one. */
  readonly reason?: string;
}

export interface LogRequest {
  readonly namespace?: string;
  readonly pod: string;
  readonly container?: string;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly previous?: boolean;
}

export interface ProxyRequest {
  readonly namespace?: string;
  /** 'pods' or 'services'. */
  readonly through: 'pods' | 'services';
  readonly name: string;
  readonly port?: string | number;
  readonly scheme?: 'http' | 'https';
  /** Path and query, starting with '/'. */
  readonly path: string;
  readonly timeoutMs: number;
}

export interface ProxyResponse {
  readonly status: number;
  readonly body: string;
  readonly durationMs: number;
}

export interface KubernetesContext {
  readonly name: string;
  readonly cluster: string;
  readonly server: string;
  readonly user: string;
  readonly namespace: string;
}

export type WatchEvent =
  /** The whole state, after (re)listing; replaces everything seen before. */
  | { readonly type: 'synced'; readonly items: readonly KubeObject[] }
  | { readonly type: 'changed'; readonly object: KubeObject }
  | { readonly type: 'deleted'; readonly object: KubeObject };

export interface WatchStatus {
  readonly connected: boolean;
  /** Last time anything, a bookmark included, was heard; milliseconds since the epoch; undefined before the first. */
  readonly heardAt: number | undefined;
  /** A sentence, while not connected. */
  readonly problem?: string;
  /** What kind of problem it is: 'forbidden' and 'not-served' will not go away by waiting. */
  readonly reason?: FailureReason;
}

/** One line of what `kubectl get` prints: its cells, as the server has made them. */
export interface TableRow {
  readonly name: string;
  /** The place of each column in `cells`, by its name as the server spells it: 'Status'. */
  readonly columns: ReadonlyMap<string, number>;
  readonly cells: readonly Json[];
}

export type RowEvent =
  /** The next of a list's pages; what is seen again is replaced. A first one begins the list anew. */
  | {
      readonly type: 'page';
      readonly rows: readonly TableRow[];
      readonly isFirst: boolean;
      readonly isLast: boolean;
    }
  /** After the last page: whatever was not on one of them is gone. */
  | { readonly type: 'synced' }
  | { readonly type: 'changed'; readonly row: TableRow }
  | { readonly type: 'deleted'; readonly name: string };

export interface RowHandlers {
  onEvent(event: RowEvent): void;
  /** Reason 'not-served': this server makes no tables; there will be none by waiting. */
  onStatus(status: WatchStatus): void;
}

export interface WatchHandlers {
  /** Applied to each object as it arrives, so that a large list is never held whole; say what is needed of it. */
  keep?(object: KubeObject): KubeObject;
  onEvent(event: WatchEvent): void;
  onStatus(status: WatchStatus): void;
}

/**
 * All that a preview may do: reads, dry-runs, access reviews.
 * Every call has a deadline; every failure is a PortFailure whose message is a sentence.
 */
export interface KubernetesReads {
  readonly context: KubernetesContext;
  /** The version under which the server serves the resource; undefined when it does not. */
  servedVersion(type: ResourceType, options?: ReadOptions): Promise<string | undefined>;
  /** Where objects with this apiVersion and kind are kept; undefined when the server does not serve them. */
  servedKind(apiVersion: string, kind: string, options?: ReadOptions): Promise<ServedKind | undefined>;
  get(ref: ResourceRef, options?: ReadOptions): Promise<KubeObject>;
  list(request: ListRequest, options?: ReadOptions): Promise<KubeList>;
  logs(request: LogRequest, options?: ReadOptions): Promise<string>;
  /** GET through the API server's pod or service proxy. Any status of the target is a response; 403 of the API server itself throws. */
  proxyGet(request: ProxyRequest, options?: ReadOptions): Promise<ProxyResponse>;
  access(request: AccessRequest, options?: ReadOptions): Promise<AccessAnswer>;
  /** dryRun=All: the server validates and answers with the object as it would be; nothing is persisted. */
  dryRunPatch(request: PatchRequest, options?: ReadOptions): Promise<KubeObject>;
  /** As `dryRunPatch`, by server-side apply. */
  dryRunApply(request: ApplyRequest, options?: ReadOptions): Promise<KubeObject>;
  /**
   * Runs a program that only reads in a container (psql in a read-only transaction, ls, showmigrations …) and waits
   * for its end; any other than the known ones is refused as 'read-only'. Failures as of `exec`.
   */
  inspect(request: ExecRequest, options?: ExecOptions): Promise<ExecResult>;
  /** List, then watch, restarting with backoff until `signal` aborts. Never throws. */
  watch(request: ListRequest, handlers: WatchHandlers, signal: AbortSignal): void;
  /**
   * As `watch`, in rows: a tenth of the bytes, for lists too long to be followed object by object. Absent where
   * nobody makes rows.
   */
  watchRows?(request: ListRequest, handlers: RowHandlers, signal: AbortSignal): void;
}

export interface Kubernetes extends KubernetesReads {
  /** Never retried by the adapter: whether it landed is for a probe to find out. */
  patch(request: PatchRequest, options?: ReadOptions): Promise<KubeObject>;
  /** Server-side apply; never retried by the adapter. Refused ('conflict') when metadata.uid or resourceVersion is stale. */
  apply(request: ApplyRequest, options?: ReadOptions): Promise<KubeObject>;
  /** Asks for the deletion of one object, and of what it owns; never retried by the adapter. */
  delete(request: DeleteRequest, options?: ReadOptions): Promise<void>;
  /**
   * Runs a program in a container and waits for its end; a non-zero exit is a result. PortFailure 'disconnected' with
   * the detail 'outcome-unknown' when the connection was lost: it may still be running. 'not-found' with the detail
   * 'no-such-program' when the container has no such program.
   */
  exec(request: ExecRequest, options?: ExecOptions): Promise<ExecResult>;
}
