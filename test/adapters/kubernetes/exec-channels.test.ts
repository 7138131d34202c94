import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../src/adapters/clock.ts';
import { converse, EXEC_RHYTHM } from '../../../src/adapters/kubernetes/exec-channels.ts';
import { ending } from './exec-server.ts';

const PIECE = 64 * 1024;
const PIECES = 200;
const MEBIBYTE = 1024 * 1024;

it('holds the server back while what it sent is still to be kept', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  onTestFinished(() => server.close());
  server.on('connection', (socket) => {
    for (let piece = 0; piece < PIECES; piece += 1)
      socket.send(Buffer.concat([Buffer.of(1), Buffer.alloc(PIECE)]));
    socket.send(Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify(ending(0)))]));
    socket.close(1000);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise<void>((resolve) => {
    socket.once('open', () => {
      socket.pause();
      resolve();
    });
  });
  let taken = 0;
  const slow = Promise.withResolvers<void>();
  const talking = converse(
    socket,
    {
      clock: systemClock,
      rhythm: EXEC_RHYTHM,
      stdin: undefined,
      async onStdout(piece) {
        taken += piece.length;
        await slow.promise;
      },
      onStderr: async () => undefined,
    },
    new AbortController().signal,
  );
  await vi.waitUntil(() => socket.isPaused);
  expect(taken).toBeGreaterThan(MEBIBYTE);
  // what had been read already is still taken, and no more
  expect(taken).toBeLessThan(MEBIBYTE + 4 * PIECE);
  slow.resolve();
  await expect(talking).resolves.toMatchObject({ status: 'Success' });
  expect(taken).toBe(PIECE * PIECES);
});
