/** Time as the sandbox sees it: real, or driven by a test. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `work` once after `delayMs`. Returns the canceller. */
  after(delayMs: number, work: () => void): () => void;
}

/** Someone who may call the API server, known by a bearer token. What they may do is said by RBAC objects in the store. */
export interface SandboxUser {
  readonly name: string;
  readonly token: string;
  readonly groups?: readonly string[] | undefined;
}

/** The API server's own part of a world. */
export interface ClusterSpec {
  /** As /version tells it, `v1.33.1`. Types newer than this minor version are not served. */
  readonly version?: string | undefined;
  /** Group-versions or resources that this cluster does not serve: `autoscaling/v2`, `discovery.k8s.io/v1/endpointslices`. */
  readonly notServed?: readonly string[] | undefined;
  readonly users?: readonly SandboxUser[] | undefined;
}

export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The instance before the last restart. */
  readonly previous: boolean;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly text: string;
}

/** What containers print. The server picks tail, age and timestamps; the source only knows the lines. */
export interface LogSource {
  /** All lines kept, oldest first; undefined when this container never had such an instance. */
  lines(container: ContainerRef): readonly LogLine[] | undefined;
  /** Calls `onLine` for each new line, and `onEnd` once the container ends. Returns the unsubscriber. */
  follow(container: ContainerRef, onLine: (line: LogLine) => void, onEnd: () => void): () => void;
}

export interface ProxyRequest {
  readonly through: 'pods' | 'services';
  readonly namespace: string;
  /** Of an existing pod or service. */
  readonly name: string;
  /** Name or number as in `name:port`; undefined when the caller gave none. */
  readonly port?: string;
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** Path and query, starting with '/'. */
  readonly path: string;
}

export interface ProxyResponse {
  readonly status: number;
  /** Lower-case names; content-type defaults to text/plain. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the application takes to answer. */
  readonly delayMs?: number;
}

/** The applications behind `services/proxy` and `pods/proxy`. */
export interface ProxyTarget {
  /** Throws ApiError.serviceUnavailable when nothing listens: no ready endpoint, a refused connection. */
  request(request: ProxyRequest): ProxyResponse;
}

export interface ExecRequest {
  readonly namespace: string;
  /** Of an existing pod, with a running container of that name. */
  readonly pod: string;
  readonly container: string;
  readonly argv: readonly string[];
}

export interface ExecStreams {
  readonly stdin: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
}

/** The programs inside containers. */
export interface ExecTarget {
  /** Undefined exit code: the container has no such program. A program goes on when its caller is lost. */
  run(request: ExecRequest, streams: ExecStreams): Promise<{ readonly exitCode: number | undefined }>;
}

/** A request as the fault gate sees it, after authentication and before anything happens. */
export interface RequestAttributes {
  readonly user: string;
  /** get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly dryRun: boolean;
  /** Of an exec: program and arguments, parted by spaces. */
  readonly command?: string;
}

export type FaultAnswer =
  /** Answers with this Status; its `code` is the HTTP code. */
  | { readonly respond: { readonly code: number; readonly [field: string]: unknown } }
  /** Handles the request that much later; `afterwards`, where a server knows it: at once, and answers later. */
  | { readonly delayMs: number; readonly afterwards?: true }
  /** Closes the connection, nothing done. */
  | { readonly drop: true }
  /** Does the request, then closes the connection without an answer: the caller cannot know. */
  | { readonly dropAnswer: true }
  /** Of an exec: the connection breaks off so much later, while the program goes on. */
  | { readonly dropAfterMs: number };

/** What a fault can do to the watches of the server. */
export interface WatchControl {
  /** Closes the connection of every open watch. */
  cut(): void;
  /** Forgets the history, so that a watch from an older resourceVersion gets 410 Expired. */
  expire(): void;
}

export interface FaultGate {
  intercept(request: RequestAttributes): FaultAnswer | undefined;
  /** Called once by the server, before the first request. */
  attach?(watches: WatchControl): void;
}

/** The parts of a world that the API server asks. */
export interface KubernetesWorld {
  readonly logs: LogSource;
  readonly proxy: ProxyTarget;
  /** Absent in a world whose containers have no programs. */
  readonly exec?: ExecTarget;
  readonly faults: FaultGate;
}
