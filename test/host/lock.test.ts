import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockSession, SessionHeld, sessionHolder } from '../../src/host/lock.ts';
import { temporaryFolder } from '../journal/folder.ts';

/** Another process that has the lock. */
async function holderOf(folder: string) {
  const program = path.resolve(import.meta.dirname, 'fixtures/hold-lock.ts');
  const child = spawn(process.execPath, ['--expose-gc', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return { pid: child.pid, kill };
}

describe('the lock of a session', () => {
  it('keeps a second process out, and says who has it and how to join', async () => {
    const folder = temporaryFolder();
    const { pid } = await holderOf(folder);
    expect(() => lockSession(folder)).toThrow(SessionHeld);
    expect(() => lockSession(folder)).toThrow(
      `already being run by process ${pid}, since 2026-11-22T12:00:00Z. To join it: rollbook attach ${path.basename(folder)}`,
    );
    expect(sessionHolder(folder)).toEqual({ pid, since: '2026-11-22T12:00:00Z' });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with its process at once: %s', async (signal) => {
    const folder = temporaryFolder();
    const { kill } = await holderOf(folder);
    await kill(signal);
    expect(sessionHolder(folder)).toBeUndefined();
    lockSession(folder).release();
  });

  it('keeps out a second taker of the same process, and looking does not give it away', async () => {
    const folder = temporaryFolder();
    const lock = lockSession(folder);
    expect(() => lockSession(folder)).toThrow(SessionHeld);
    expect(sessionHolder(folder)).toBe('unknown');
    const other = await holderOrRefused(folder);
    expect(other).toContain('SessionHeld');
    lock.release();
    expect(sessionHolder(folder)).toBeUndefined();
  });

  it('leaves private files only', () => {
    const folder = temporaryFolder();
    const lock = lockSession(folder);
    lock.describe({ pid: 1, since: 'now' });
    expect(readdirSync(folder).sort()).toEqual(['host.json', 'host.lock']);
    for (const name of readdirSync(folder))
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    lock.release();
  });
});

/** What another process says that wants the lock too. */
function holderOrRefused(folder: string): Promise<string> {
  const program = path.resolve(import.meta.dirname, 'fixtures/hold-lock.ts');
  const child = spawn(process.execPath, [program, folder]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.on('data', (text) => resolve(String(text)));
    child.once('close', () => resolve(said));
  });
}
