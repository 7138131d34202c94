import { isDeepStrictEqual } from 'node:util';
import type { PortFailure } from '../../ports/failure.ts';
import type { KubeObject, ResourceRef } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';

interface Blocked {
  readonly why: string;
  readonly next?: string;
}

/** Fields that a kind never lets anyone change, as the API server names them, and what to do instead. */
const IMMUTABLE: readonly {
  readonly kind: RegExp;
  readonly field: RegExp;
  readonly next: string;
}[] = [
  {
    kind: /^(Deployment|StatefulSet|DaemonSet|ReplicaSet)$/,
    field: /spec\.selector/,
    next: 'The pod selector of a workload cannot change. Leave this object as it is, or delete it and apply it anew: its pods go down meanwhile.',
  },
  {
    kind: /^StatefulSet$/,
    field: /updates to statefulset spec/,
    next: 'Only replicas, template, updateStrategy and a few others of a StatefulSet can change. Delete it with --cascade=orphan and apply it anew.',
  },
  {
    kind: /^Service$/,
    field: /spec\.(clusterIPs?|ipFamil|primaryClusterIP)/i,
    next: 'A Service keeps its address. Take clusterIP out of the manifest, or delete the Service and apply it anew: clients lose it meanwhile.',
  },
  {
    kind: /^Job$/,
    field: /spec\.(template|selector|completions)/,
    next: 'A Job runs what it was made with. If it shall run again, delete it and apply it anew.',
  },
  {
    kind: /^PersistentVolumeClaim$/,
    field: /spec/,
    next: 'A claim can only grow. Leave it as it is; deleting it can delete its data.',
  },
  {
    kind: /^(ConfigMap)$/,
    field: /immutable/,
    next: 'It is marked immutable. Use another name for the other content, or delete it and apply it anew.',
  },
  {
    kind: /^(ClusterRoleBinding|RoleBinding)$/,
    field: /roleRef/,
    next: 'A binding keeps its role. Delete it and apply it anew.',
  },
];

/** Why an object cannot be applied, and what to do about it. */
export function blockedBy(error: PortFailure, kind: string, name: string): Blocked {
  // the server's words may hold the values of a Secret
  if (kind === 'Secret' && error.reason !== 'forbidden')
    return {
      why: 'the API server refuses its manifest',
      next: 'Rehearse it yourself to see why: kubectl apply --dry-run=server.',
    };
  const rule = IMMUTABLE.find((each) => each.kind.test(kind) && each.field.test(error.message));
  const immutable = /immutable|may not be changed|are forbidden|can't be changed|cannot change/i.test(
    error.message,
  );
  if (rule !== undefined && immutable) return { why: error.message, next: rule.next };
  if (error.reason === 'not-found')
    return { why: error.message, next: 'Its namespace has to be there first.' };
  if (error.reason === 'invalid')
    return { why: error.message, next: `Correct the manifest of ${name}, or choose another commit.` };
  return error.next === undefined ? { why: error.message } : { why: error.message, next: error.next };
}

/**
 * How a Secret differs from its manifest, by the names of its keys; undefined when it does not. Secrets are compared and
 * never applied: their values would have to be written into the journal.
 */
export function secretsApart(
  { name, file, target }: { readonly name: string; readonly file: string; readonly target: ResourceRef },
  states: { readonly live: KubeObject; readonly after: KubeObject },
): Blocked | undefined {
  const [was, is] = [dataOf(states.live), dataOf(states.after)];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (key) => !isDeepStrictEqual(was[key], is[key]),
  );
  return keys.length === 0
    ? undefined
    : { why: `${name} differs in ${keys.join(', ')} (values are not shown)`, next: secretNext(file, target) };
}

/** Why a Secret that is not there is not made. */
export function secretMissing(file: string, target: ResourceRef): Blocked {
  return { why: 'it is not there', next: secretNext(file, target) };
}

function secretNext(file: string, { namespace }: ResourceRef): string {
  const where = namespace === undefined ? [] : ['-n', namespace];
  return `Secrets are compared, never applied from here: their values would stand in the journal. If it shall change: ${shellLine(['kubectl', 'apply', ...where, '-f', file])}`;
}

function dataOf({ data }: KubeObject): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}
