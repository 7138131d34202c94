import type { MemoryStore } from './memory-store.ts';
import type { Presentation } from './negotiate.ts';
import type { ResourceRequest } from './request-info.ts';
import type { ResourceType } from './resource-types.ts';
import type { KubernetesWorld, SandboxUser } from './world-interfaces.ts';

/** What the handlers of one API server share. */
export interface Cluster {
  readonly store: MemoryStore;
  readonly world: KubernetesWorld;
  /** Only those this cluster serves. */
  readonly types: readonly ResourceType[];
  /** `v1.33.1`. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One request to a resource, authenticated and authorized. */
export interface ApiCall extends ResourceRequest {
  readonly user: SandboxUser;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly presentation: Presentation;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: Buffer;
  /** The body as JSON; undefined when empty or protobuf. */
  readonly document: unknown;
  readonly dryRun: boolean;
  /** Texts for Warning headers; handlers add to it. */
  readonly warnings: string[];
}

/** Where a handler that answers bit by bit writes to. */
export interface ReplyStream {
  write(text: string): void;
  end(): void;
}

export type Reply =
  | { readonly kind: 'json'; readonly code: number; readonly body: unknown }
  | {
      readonly kind: 'text';
      readonly code: number;
      readonly text: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly delayMs?: number;
    }
  | {
      readonly kind: 'stream';
      readonly contentType: string;
      /** Whether it is a watch, which a fault can cut. */
      readonly watch: boolean;
      /** Starts writing. Returns what to call when the connection is gone. */
      readonly open: (stream: ReplyStream) => () => void;
    };

export function json(code: number, body: unknown): Reply {
  return { kind: 'json', code, body };
}

/** The namespace under which objects of the call's type are kept. */
export function storageNamespace(call: ResourceRequest): string | undefined {
  return call.type.namespaced ? call.namespace : undefined;
}
