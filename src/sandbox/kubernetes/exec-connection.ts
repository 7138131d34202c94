import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ExecRequest, ExecStreams, ExecTarget } from './world-interfaces.ts';

export const V5 = 'v5.channel.k8s.io';
export const V4 = 'v4.channel.k8s.io';
const [STDIN, STDOUT, STDERR, STATUS, CLOSE] = [0, 1, 2, 3, 255];

export interface ExecConnection {
  readonly socket: WebSocket;
  readonly target: ExecTarget;
  readonly request: ExecRequest;
  /** Which streams the caller has a channel for. */
  readonly wanted: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** The end of the program is never told: the connection breaks off instead. */
  readonly dropEnd: boolean;
}

/** Runs a program for one WebSocket: its streams are channels, how it ended comes last. Never rejects. */
export async function serveExec({ socket, target, request, wanted, dropEnd }: ExecConnection): Promise<void> {
  // A caller that is lost does not end the program; nobody hears the rest.
  const send = (channel: number, bytes: Uint8Array) => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.of(channel), bytes]));
  };
  socket.on('error', () => undefined);
  send(STDOUT, Buffer.alloc(0));
  const streams: ExecStreams = {
    stdin: inputOf(socket, wanted.stdin),
    stdout: (chunk) => wanted.stdout && send(STDOUT, chunk),
    stderr: (chunk) => wanted.stderr && send(STDERR, chunk),
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

/** Bytes of the input channel, until the caller closes it (from v5 on) or goes; none where it sends none. */
function inputOf(socket: WebSocket, stdin: boolean): AsyncIterable<Uint8Array> {
  const input = new PassThrough();
  if (!stdin) return input.end();
  // heard from now on: the program may begin to read much later
  socket.on('message', (data: Buffer) => {
    if (data[0] === STDIN && input.writable) input.write(data.subarray(1));
    else if (data[0] === CLOSE && data[1] === STDIN) input.end();
  });
  socket.once('close', () => input.end());
  return input;
}

function statusOf(exitCode: number | undefined, argv: readonly string[]) {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  if (exitCode === undefined)
    return internalError(
      'error executing command in container: failed to exec in container: failed to start exec "0": OCI runtime exec failed: exec failed: ' +
        `unable to start container process: exec: ${JSON.stringify(argv[0])}: ${whyMissing(argv[0] ?? '')}: unknown`,
    );
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** A path is looked at, a name is looked up. */
function whyMissing(program: string): string {
  return program.includes('/')
    ? `stat ${program}: no such file or directory`
    : 'executable file not found in $PATH';
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
