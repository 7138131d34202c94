import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createCredentials } from '../../../src/adapters/kubernetes/credentials.ts';
import { selectContext } from '../../../src/adapters/kubernetes/kubeconfig.ts';
import { createTransport } from '../../../src/adapters/transport.ts';
import type { Step } from './step.ts';

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly problems: string;
}

/** One of the two clusters that are compared. */
export interface Side {
  readonly name: string;
  do(step: Step): Promise<Answer>;
}

export interface SideOptions {
  readonly name: string;
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly program: string;
}

const TIMEOUT_MS = 60_000;

export function openSide(options: SideOptions): Side {
  const { name, kubeconfig, context, namespace, program } = options;
  const target = { kubeconfig, context, env: process.env, clock: systemClock };
  const selected = selectContext(target);
  const transport = createTransport(selected.context.server, createCredentials(selected, systemClock));
  const cache = mkdtempSync(join(tmpdir(), 'compare-cache-'));
  const inNamespace = (text: string) => text.replaceAll('NS', namespace);

  const run = (line: string, input: string | undefined, as: string): Promise<Answer> =>
    new Promise((resolve) => {
      const words = inNamespace(line).match(/'[^']*'|\S+/g) ?? [];
      const args = ['--kubeconfig', kubeconfig, '--context', as, '-n', namespace];
      const rest = words.map((word) => word.replace(/^'|'$/g, ''));
      const env = { PATH: process.env.PATH, KUBECACHEDIR: cache, HOME: cache };
      const done = (error: unknown, text: string, problems: string) => {
        const code = (error as { code?: unknown } | null)?.code;
        resolve({ code: typeof code === 'number' ? code : error === null ? 0 : -1, text, problems });
      };
      const child = execFile(program, [...args, ...rest], { env, timeout: TIMEOUT_MS }, done);
      child.stdin?.end(input === undefined ? '' : inNamespace(input));
    });

  return {
    name,
    async do(step) {
      if ('kubectl' in step) return run(step.kubectl, step.input, step.context ?? context);
      if ('until' in step) {
        const end = Date.now() + TIMEOUT_MS;
        for (;;) {
          const answer = await run(step.until, undefined, context);
          if (step.prints.test(answer.text) || Date.now() > end) return answer;
          await delay(500);
        }
      }
      const body = typeof step.body === 'string' ? step.body : JSON.stringify(step.body);
      const answer = await transport.send({
        method: step.http as 'GET',
        path: inNamespace(step.path),
        ...(step.body === undefined ? {} : { body: inNamespace(body) }),
        ...(step.type === undefined ? {} : { contentType: step.type }),
        ...(step.accept === undefined ? {} : { accept: step.accept }),
        timeoutMs: TIMEOUT_MS,
      });
      return { code: answer.status, text: answer.body.toString(), problems: '' };
    },
  };
}
