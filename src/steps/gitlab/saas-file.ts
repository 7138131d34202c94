import { isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { StepFailure } from '../step-kind.ts';

/** One target of a saas file: a namespace, and the commit that is deployed there. */
export interface SaasTarget {
  readonly template: string;
  /** The `$ref` of the namespace file. */
  readonly namespace: string;
  readonly ref: string;
  /** `promotion.auto`: a bot may promote it again. */
  readonly auto: boolean;
}

const SHA = /^[0-9a-f]{40}$/;

/** 'main', 'stable': what is deployed moves without a commit here. */
export const isMutableRef = (ref: string): boolean => !SHA.test(ref);

/** How a runbook names a target: the end of its namespace's $ref, or 'stage' and 'production'. */
export function matchesTarget(namespace: string, wanted: string): boolean {
  if (wanted.includes('/') || /\.ya?ml$/.test(wanted)) return namespace.endsWith(wanted);
  const name =
    namespace
      .split('/')
      .at(-1)
      ?.replace(/\.ya?ml$/, '') ?? '';
  const words = wanted === 'prod' ? ['prod', 'production'] : [wanted];
  return words.some((word) => name === word || name.endsWith(`-${word}`));
}

/** Every target of a saas file; throws StepFailure where the text is not one. */
export function saasTargets(text: string, file: string): readonly SaasTarget[] {
  return targetMaps(text, file).map(({ map, template, namespace, ref }) => ({
    template,
    namespace,
    ref: ref.source ?? String(ref.value),
    auto: map.getIn(['promotion', 'auto']) === true,
  }));
}

/** The one target that is meant. */
export function saasTarget(text: string, file: string, wanted: string): SaasTarget {
  const all = saasTargets(text, file);
  const found = all.filter(({ namespace }) => matchesTarget(namespace, wanted));
  const [target] = found;
  if (target === undefined) {
    const known = [...new Set(all.map(({ namespace }) => namespace))].join(', ');
    throw new StepFailure(`${file} has no target for ${wanted}.`, {
      next: `It has: ${known || 'none at all'}.`,
    });
  }
  if (new Set(found.map(({ ref }) => ref)).size > 1) {
    throw new StepFailure(`${file} has ${found.length} targets for ${wanted}, with different refs.`, {
      next: 'Name the namespace file of the one that is meant.',
    });
  }
  return { ...target, auto: found.some(({ auto }) => auto) };
}

/** The file with another ref for the target, everything else as it was, to the letter. */
export function withTargetRef(text: string, file: string, wanted: string, ref: string): string {
  const places = targetMaps(text, file)
    .filter(({ namespace }) => matchesTarget(namespace, wanted))
    .map((target) => target.ref.range)
    .filter((range) => range !== undefined && range !== null)
    .sort(([a], [b]) => b - a);
  return places.reduce(
    (edited, [from, to]) => edited.slice(0, from) + scalarText(ref, edited[from]) + edited.slice(to),
    text,
  );
}

/** In quotes where it stood in quotes, or where YAML would read a number. */
function scalarText(ref: string, first: string | undefined): string {
  if (first === '"' || first === "'") return first + ref + first;
  return /^\d+(e\d+)?$/.test(ref) ? `"${ref}"` : ref;
}

interface TargetMap {
  readonly map: YAMLMap;
  readonly template: string;
  readonly namespace: string;
  readonly ref: Scalar;
}

function targetMaps(text: string, file: string): readonly TargetMap[] {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new StepFailure(`${file} is not YAML: ${problem.message.split('\n')[0]}`, {
      next: 'Look at the file in the browser.',
    });
  }
  const templates = document.get('resourceTemplates');
  if (!isSeq(templates)) {
    throw new StepFailure(`${file} has no resourceTemplates: it is not a saas file.`, {
      next: 'Look at the path of the file.',
    });
  }
  return templates.items.flatMap((template) => {
    if (!isMap(template)) return [];
    const targets = template.get('targets');
    const name = String(template.get('name') ?? '');
    return isSeq(targets) ? targets.items.flatMap((map) => targetOf(map, name)) : [];
  });
}

function targetOf(map: unknown, template: string): readonly TargetMap[] {
  if (!isMap(map)) return [];
  const namespace = map.getIn(['namespace', '$ref']);
  const ref = map.get('ref', true);
  if (typeof namespace !== 'string' || !isScalar(ref)) return [];
  return [{ map, template, namespace, ref }];
}
