import { shellLine } from '../../prose/shell-quote.ts';
import type { ServerData } from './server.ts';

/** The kubectl line that runs the same program in the pod. */
export function kubectlExec({ namespace, pod, container }: ServerData, argv: readonly string[]): string {
  return shellLine(['kubectl', 'exec', '-n', namespace, pod, '-c', container, '--', ...argv]);
}
