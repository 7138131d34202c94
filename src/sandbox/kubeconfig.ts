import { chmodSync, writeFileSync } from 'node:fs';
import type { SandboxUser } from './kubernetes/world-interfaces.ts';

export interface KubeconfigOptions {
  readonly server: string;
  /** PEM. */
  readonly authority: string;
  readonly namespace: string;
  readonly users: readonly SandboxUser[];
}

/** Whose context is plain `sandbox`, and current. */
const CURRENT_USER = 'operator';

function contextName(user: SandboxUser): string {
  return user.name === CURRENT_USER ? 'sandbox' : `sandbox-${user.name}`;
}

function kubeconfigText({ server, authority, namespace, users }: KubeconfigOptions): string {
  const current = users.find((user) => user.name === CURRENT_USER) ?? users[0];
  const quoted = JSON.stringify;
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- name: sandbox',
    '  cluster:',
    `    server: ${server}`,
    `    certificate-authority-data: ${Buffer.from(authority).toString('base64')}`,
    'users:',
    ...users.flatMap((user) => [
      `- name: ${quoted(user.name)}`,
      '  user:',
      `    token: ${quoted(user.token)}`,
    ]),
    'contexts:',
    ...users.flatMap((user) => [
      `- name: ${quoted(contextName(user))}`,
      '  context:',
      '    cluster: sandbox',
      `    user: ${quoted(user.name)}`,
      `    namespace: ${quoted(namespace)}`,
    ]),
    ...(current === undefined ? [] : [`current-context: ${quoted(contextName(current))}`]),
    '',
  ].join('\n');
}

/** Writes a kubeconfig with a context for each user, readable by the owner alone. */
export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  writeFileSync(path, kubeconfigText(options), { mode: 0o600 });
  // The mode above does not count for a file that was there before.
  chmodSync(path, 0o600);
}
