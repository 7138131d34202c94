import { shellLine } from '../../prose/shell-quote.ts';
import type { DiffLine, Effect, Plan } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { type AppliedObject, type Applying, counted, kubectlName } from './apply-plan.ts';
import { readIfThere } from './apply-run.ts';
import { type FieldChange, restoring, sameValue, valueAt } from './changed-fields.ts';
import { fingerprintOf } from './comparison.ts';
import { lastChange } from './last-change.ts';
import type { Place } from './place.ts';
import { plainObject } from './plain.ts';
import { readableDiff } from './readable-diff.ts';
import { shownObject } from './shown.ts';
import { withField } from './untouched.ts';

/** Plans the way back: changed fields get their former values, what was made is deleted; last written, first undone. */
export async function planReturn(place: Place, data: Applying, at: number): Promise<Plan> {
  const { kube, namespace, options } = place;
  const found = await Promise.all(data.objects.toReversed().map((item) => backOf(place, item)));
  const steps = found.filter((each) => each !== undefined);
  const done = steps.length === 0;
  const permissions = await reviewAccess(
    kube,
    steps.map(({ item: { state, target } }) => ({
      verb: state === 'remove' ? 'delete' : 'patch',
      group: target.group,
      resource: target.resource,
      namespace,
      name: target.name,
    })),
    options,
  );
  const removes = steps.some(({ item }) => item.state === 'remove');
  return {
    summary: done ? 'everything is as it was before' : `put ${counted(steps.length)} back as before`,
    effects: steps.map(({ effect }) => effect),
    risk: done ? 'safe' : removes ? 'dangerous' : 'change',
    ...(removes ? { confirmWord: namespace } : {}),
    preconditions: steps.map(({ item }) => `${item.name} is still as it was read`),
    permissions,
    facts: [],
    warnings: steps.flatMap(({ warnings }) => warnings),
    ...(done ? { alreadyDone: true } : {}),
    data: { action: 'return', namespace, rules: data.rules, at, objects: steps.map(({ item }) => item) },
  };
}

interface Back {
  readonly item: AppliedObject;
  readonly effect: Effect;
  readonly warnings: readonly string[];
}

/** undefined: this object is as it was before, or gone with all that was in it. */
async function backOf({ kube, options }: Place, item: AppliedObject): Promise<Back | undefined> {
  const live = await readIfThere(kube, item, options);
  if (live === undefined) return undefined;
  const { name, target } = item;
  const at = target.namespace === undefined ? {} : { namespace: target.namespace };
  const where = target.namespace === undefined ? [] : ['-n', target.namespace];
  const version = { fingerprint: fingerprintOf(live), uid: live.metadata.uid ?? null };
  if (item.state === 'create') {
    return {
      item: { ...item, ...version, state: 'remove', config: {}, adopt: false, force: false },
      effect: {
        verb: 'delete',
        target: name,
        ...at,
        summary: 'takes away what was made',
        diff: [{ change: 'removed', text: name }],
        command: shellLine(['kubectl', 'delete', kubectlName(item), ...where]),
      },
      warnings: [],
    };
  }
  const now = plainObject(live);
  const operations = restoring(item.changes, now);
  if (operations.length === 0 || item.state !== 'change') return undefined;
  const who = lastChange(live);
  const moved = item.changes.filter(({ path, before, after }) => {
    const value = valueAt(now, path);
    return !sameValue(value, after) && !sameValue(value, before);
  });
  return {
    item: { ...item, ...version, state: 'restore', config: {}, adopt: false, force: false },
    effect: {
      verb: 'patch',
      target: name,
      ...at,
      summary: `sets ${operations.length === 1 ? 'a field' : `${operations.length} fields`} back`,
      diff: backLines(live, item.changes),
      command: shellLine([
        'kubectl',
        'patch',
        kubectlName(item),
        ...where,
        '--type=json',
        '-p',
        JSON.stringify(operations),
      ]),
    },
    warnings:
      moved.length === 0
        ? []
        : [
            `${name} was changed since${who === undefined ? '' : ` (last by ${who})`}: ${moved.map(({ path }) => path).join(', ')}. The undo overwrites that.`,
          ],
  };
}

function backLines(
  live: Parameters<typeof shownObject>[0],
  changes: readonly FieldChange[],
): readonly DiffLine[] {
  const now = shownObject(live);
  const former = changes.reduce((object, { path, before }) => withField(object, names(path), before), now);
  return readableDiff(now, former);
}

/** '/spec/template' → ['spec', 'template'] */
function names(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}
