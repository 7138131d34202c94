import type { WebSocket } from 'ws';
import type { ExecRequest, ExecStreams, ExecTarget } from './world-interfaces.ts';

export const V5 = 'v5.channel.k8s.io';
export const V4 = 'v4.channel.k8s.io';
const [STDIN, STDOUT, STDERR, STATUS, CLOSE] = [0, 1, 2, 3, 255];

export interface ExecConnection {
  readonly socket: WebSocket;
  readonly target: ExecTarget;
  readonly request: ExecRequest;
  /** Whether the caller sends input. */
  readonly stdin: boolean;
  /** The end of the program is never told: the connection breaks off instead. */
  readonly dropEnd: boolean;
}

/** Runs a program for one WebSocket: its streams are channels, how it ended comes last. Never rejects. */
export async function serveExec({ socket, target, request, stdin, dropEnd }: ExecConnection): Promise<void> {
  // A caller that is lost does not end the program; nobody hears the rest.
  const send = (channel: number, bytes: Uint8Array) => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.of(channel), bytes]));
  };
  socket.on('error', () => undefined);
  send(STDOUT, Buffer.alloc(0));
  const streams: ExecStreams = {
    stdin: stdin ? inputOf(socket) : nothing(),
    stdout: (chunk) => send(STDOUT, chunk),
    stderr: (chunk) => send(STDERR, chunk),
  };
  const status = await target.run(request, streams).then(
    ({ exitCode }) => statusOf(exitCode, request.argv),
    (error: unknown) => internalError(`error executing command in container: ${String(error)}`),
  );
  if (dropEnd) {
    socket.terminate();
    return;
  }
  send(STATUS, Buffer.from(JSON.stringify(status)));
  socket.close(1000);
}

async function* nothing(): AsyncIterable<Uint8Array> {}

/** Bytes of the input channel, until the caller closes it (from v5 on) or goes. */
async function* inputOf(socket: WebSocket): AsyncIterable<Uint8Array> {
  const pieces: (Uint8Array | undefined)[] = [];
  let wake = () => undefined as undefined;
  const push = (piece: Uint8Array | undefined) => {
    pieces.push(piece);
    wake();
  };
  socket.on('message', (data: Buffer) => {
    if (data[0] === STDIN) push(data.subarray(1));
    else if (data[0] === CLOSE && data[1] === STDIN) push(undefined);
  });
  socket.once('close', () => push(undefined));
  for (;;) {
    if (pieces.length === 0)
      await new Promise<void>((resolve) => {
        wake = () => void resolve();
      });
    const piece = pieces.shift();
    if (piece === undefined) return;
    if (piece.length > 0) yield piece;
  }
}

function statusOf(exitCode: number | undefined, argv: readonly string[]) {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  if (exitCode === undefined)
    return internalError(
      'error executing command in container: failed to exec in container: failed to start exec "0": OCI runtime exec failed: exec failed: ' +
        `unable to start container process: exec: ${JSON.stringify(argv[0])}: executable file not found in $PATH: unknown`,
    );
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function internalError(message: string) {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
