import type { Json } from '../../ports/json.ts';
import type { PatchType } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';

/** The kubectl line that sends the same patch. */
export function kubectlPatch(
  target: {
    readonly type: string;
    readonly name: string;
    readonly namespace: string;
    readonly subresource?: string;
  },
  type: PatchType,
  patch: Json,
): string {
  const { type: kind, name, namespace, subresource } = target;
  return shellLine([
    'kubectl',
    'patch',
    kind,
    name,
    '-n',
    namespace,
    ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    `--type=${type}`,
    '-p',
    JSON.stringify(patch),
  ]);
}
