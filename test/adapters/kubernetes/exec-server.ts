import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createKubernetes, type KubernetesOptions } from '../../../src/adapters/kubernetes/kubernetes.ts';
import type { Kubernetes } from '../../../src/ports/kubernetes.ts';
import { kubeconfig } from '../api-server.ts';

export const V4 = 'v4.channel.k8s.io';
export const V5 = 'v5.channel.k8s.io';

/** One program that is being run, as the server sees it. */
export interface Run {
  readonly socket: WebSocket;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Everything that the caller sent. */
  readonly received: Buffer[];
  send(channel: number, bytes: string | Buffer): void;
  /** Tells how it ended, and closes. */
  end(exitCode: number): void;
}

export interface ExecServer {
  readonly kube: Kubernetes;
  readonly runs: Run[];
  /** Requests to upgrade, refused ones included. */
  asked(): number;
}

export interface ExecServerParts {
  /** Which protocols it knows. */
  readonly protocols?: readonly string[];
  /** Answers in place of an upgrade; true when it did. */
  readonly refuse?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly run: (run: Run) => void;
}

export function ending(exitCode: number): object {
  return exitCode === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with exit code ${exitCode}`,
        details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
      };
}

/** A loopback server that upgrades, and leaves the rest, misbehaviour included, to the test. */
export async function execServer(
  { protocols = [V5, V4], refuse = () => false, run }: ExecServerParts,
  options: Partial<KubernetesOptions> = {},
): Promise<ExecServer> {
  let asked = 0;
  const runs: Run[] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    handleProtocols: (offered) => protocols.find((each) => offered.has(each)) ?? false,
  });
  const server = createServer({
    // a request that is refused is answered like any other
    shouldUpgradeCallback: (request: IncomingMessage) => {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
      return offered.some((each) => protocols.includes(each.trim())) && !refuses(request);
    },
  });
  const refused = new WeakSet<IncomingMessage>();
  function refuses(request: IncomingMessage): boolean {
    const silent = { writeHead: () => silent, end: () => silent } as unknown as ServerResponse;
    return refuse(request, silent);
  }
  server.on('request', (request, response) => {
    asked += 1;
    refused.add(request);
    if (!refuse(request, response)) response.writeHead(403).end();
  });
  server.on('upgrade', (request, socket, head) => {
    asked += 1;
    sockets.handleUpgrade(request, socket, head, (web) => {
      const send = (channel: number, bytes: string | Buffer) =>
        web.send(Buffer.concat([Buffer.of(channel), Buffer.from(bytes)]));
      const received: Buffer[] = [];
      web.on('message', (data: Buffer) => received.push(data));
      const query = new URL(request.url ?? '/', 'http://loopback').searchParams;
      const begun: Run = {
        socket: web,
        query,
        headers: request.headers,
        received,
        send,
        end(exitCode) {
          send(3, JSON.stringify(ending(exitCode)));
          web.close(1000);
        },
      };
      runs.push(begun);
      // as every server begins
      send(1, '');
      run(begun);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const config = kubeconfig({ server: `http://127.0.0.1:${port}`, context: { namespace: 'shop' } });
  const kube = createKubernetes({ clock: systemClock, kubeconfig: config, env: {}, ...options });
  return { kube, runs, asked: () => asked };
}
