import { createHash } from 'node:crypto';
import { type FieldConflict, PortFailure } from '../../ports/failure.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { KubeObject, ResourceRef, ServedKind } from '../../ports/kubernetes.ts';
import { hasStaleHeritage, isHeritage, type Ownership, ownershipOf } from './adoption.ts';
import type { ApplyRules } from './apply-fields.ts';
import { blockedBy, secretMissing, secretsApart } from './blocked.ts';
import { changedFields, type FieldChange } from './changed-fields.ts';
import { guardedJsonPatch, versionOf } from './guarded.ts';
import { isEmptySet, managedEntries, ownsAt, pruned, unionOf, withoutSet } from './managed-fields.ts';
import { asJson, type Manifest } from './manifests.ts';
import type { Place } from './place.ts';
import { plainObject } from './plain.ts';
import { LAST_APPLIED, LAST_APPLIED_PATH, shownObject } from './shown.ts';
import { fieldAt, untouchedPaths, withField } from './untouched.ts';

const READS_BEFORE_GIVING_UP = 3;
/** Failures that are the server's answer about this very object. */
const ANSWERS: ReadonlySet<string> = new Set([
  'forbidden',
  'conflict',
  'invalid',
  'not-found',
  'not-served',
  'gone',
  'unexpected',
]);
/** Kept by the Deployment controller, whoever is noted as its owner. */
const REVISION = ['metadata', 'annotations', 'deployment.kubernetes.io/revision'];

interface Compared {
  /** 'deployment/web' */
  readonly name: string;
  readonly file: string;
  readonly target: ResourceRef;
  /** As it is; undefined when it is not there. */
  readonly live?: KubeObject | undefined;
}

export interface Change extends Compared {
  readonly state: 'create' | 'change';
  /** What is applied: only the fields that shall be ours, without preconditions. */
  readonly config: JsonObject;
  readonly force: boolean;
  /** What kubectl apply had set passes to our manager first. */
  readonly adopt: boolean;
  readonly changes: readonly FieldChange[];
  /** The object as the server says it will be. */
  readonly after: KubeObject;
  /** Conflicts that are decided by taking these fields over. */
  readonly taken: readonly FieldConflict[];
}

export type Comparison =
  | (Compared & { readonly state: 'same' })
  | Change
  | (Compared & { readonly state: 'conflict'; readonly conflicts: readonly FieldConflict[] })
  | (Compared & { readonly state: 'blocked'; readonly why: string; readonly next?: string });

/** Has the server rehearse a manifest, and says what it would change. Reads and dry-runs alone. */
export async function compareManifest(
  place: Place,
  manifest: Manifest,
  served: ServedKind,
  rules: ApplyRules,
): Promise<Comparison> {
  const { kube, options } = place;
  const { object, file } = manifest;
  const { group, resource, version } = served;
  const namespace = served.namespaced ? { namespace: place.namespace } : {};
  const target = { group, resource, version, name: object.metadata.name, ...namespace };
  const compared = { name: `${object.kind.toLowerCase()}/${object.metadata.name}`, file, target };
  const wanted = applicable(object, namespace);
  for (let read = 1; ; read += 1) {
    let live: KubeObject | undefined;
    try {
      live = await kube.get(target, options).catch(orAbsent);
      if (live === undefined) return await compareAbsent(place, compared, wanted, rules);
      return await compareLive(place, { ...compared, live }, wanted, rules, live);
    } catch (error) {
      // what is only lost or late says nothing about the object: no plan is made without an answer
      if (!(error instanceof PortFailure) || !ANSWERS.has(error.reason)) throw error;
      if (error.reason === 'forbidden')
        return { ...compared, state: 'blocked', ...blockedBy(error, object.kind, compared.name) };
      const now = read < READS_BEFORE_GIVING_UP ? await kube.get(target, options).catch(orAbsent) : live;
      if (now?.metadata.resourceVersion === live?.metadata.resourceVersion)
        return { ...compared, live, state: 'blocked', ...blockedBy(error, object.kind, compared.name) };
    }
  }
}

function orAbsent(error: unknown): undefined {
  if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
  throw error;
}

async function compareAbsent(
  { kube, options }: Place,
  compared: Compared,
  config: JsonObject,
  { manager }: ApplyRules,
): Promise<Comparison> {
  if (config.kind === 'Secret')
    return { ...compared, state: 'blocked', ...secretMissing(compared.file, compared.target) };
  const after = await kube.dryRunApply({ object: asObject(config), fieldManager: manager }, options);
  const create = { state: 'create', config, force: false, adopt: false, changes: [], taken: [] } as const;
  return { ...compared, ...create, after };
}

async function compareLive(
  place: Place,
  compared: Compared,
  wanted: JsonObject,
  rules: ApplyRules,
  live: KubeObject,
): Promise<Comparison> {
  if (live.metadata.deletionTimestamp !== undefined)
    return {
      ...compared,
      state: 'blocked',
      why: 'it is being deleted',
      next: 'Wait until it is gone, then plan again.',
    };
  const apiVersion = String(wanted.apiVersion);
  const untouched = presentPaths(live, wanted, rules);
  const owners = ownershipOf(live, apiVersion, rules.manager, untouched);
  const config = ownConfig(live, wanted, owners, rules, untouched);
  const tried = await rehearse(place, live, config, rules);
  if ('conflicts' in tried) return { ...compared, state: 'conflict', conflicts: tried.conflicts };
  const adopt = !isEmptySet(owners.adopted);
  // a refused patch would be told with the values in it
  const after =
    adopt && live.kind !== 'Secret'
      ? await afterAdopting(place, compared.target, live, tried.after, config, owners)
      : tried.after;
  if (live.kind === 'Secret') {
    const apart = secretsApart(compared, { live, after });
    return apart === undefined ? { ...compared, state: 'same' } : { ...compared, state: 'blocked', ...apart };
  }
  const changes = changedFields(plainObject(live), plainObject(after));
  if (changes.every(({ path }) => path === LAST_APPLIED_PATH)) return { ...compared, state: 'same' };
  return {
    ...compared,
    state: 'change',
    config,
    force: tried.taken.length > 0 || hasStaleHeritage(live, apiVersion, rules.manager),
    adopt,
    changes,
    after,
    taken: tried.taken,
  };
}

/** Which untouched fields this object has. */
export function presentPaths(
  live: KubeObject,
  wanted: JsonObject,
  { untouched }: Pick<ApplyRules, 'untouched'>,
): readonly (readonly string[])[] {
  const object = asJson(live);
  const paths = [...untouchedPaths(untouched, String(wanted.kind)), REVISION];
  return paths.filter((path) => fieldAt(object, path) !== undefined);
}

/** The manifest without what stays as it is, and with what kubectl apply notes down for its next time. */
function ownConfig(
  live: KubeObject,
  wanted: JsonObject,
  { adopted, mine }: Ownership,
  { leave }: ApplyRules,
  untouched: readonly (readonly string[])[],
): JsonObject {
  const object = asJson(live);
  let config = wanted;
  for (const path of untouched) {
    // what we own and leave out would be removed: it is applied as it is
    config = withField(config, path, ownsAt(mine, path) ? fieldAt(object, path) : undefined);
  }
  const theirs = managedEntries(live)
    .filter(({ manager }) => leave.includes(manager))
    .reduce((sum, { fieldsV1 }) => unionOf(sum, fieldsV1), {});
  const left = withoutSet(config, theirs);
  config = {
    ...(left as JsonObject),
    metadata: { ...Object(fieldAt(left, ['metadata'])), ...identity(wanted) },
  };
  const annotation = ['metadata', 'annotations', LAST_APPLIED];
  const noted = ownsAt(adopted, annotation) || ownsAt(mine, annotation);
  return noted ? withField(config, annotation, `${JSON.stringify(wanted)}\n`) : config;
}

function identity({ metadata }: JsonObject): JsonObject {
  const { name, namespace } = Object(metadata) as JsonObject;
  return { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
}

type Rehearsed =
  | { readonly after: KubeObject; readonly taken: readonly FieldConflict[] }
  | { readonly conflicts: readonly FieldConflict[] };

/** Tries it without force; what stands in the way is taken over only from those who are named, and from earlier manifests. */
async function rehearse(
  { kube, options }: Place,
  live: KubeObject,
  config: JsonObject,
  { manager, takeOver }: ApplyRules,
): Promise<Rehearsed> {
  const request = { object: guarded(config, live), fieldManager: manager };
  try {
    return { after: await kube.dryRunApply(request, options), taken: [] };
  } catch (error) {
    if (!(error instanceof PortFailure) || error.conflicts.length === 0) throw error;
    const foreign = error.conflicts.filter((each) => !isHeritage(each.manager, manager));
    const open = foreign.filter((each) => !takeOver.includes(each.manager) && !takeOver.includes(each.field));
    if (open.length > 0) return { conflicts: open };
    const after = await kube.dryRunApply({ ...request, force: true }, options);
    return { after, taken: foreign };
  }
}

/** What will be once the manifests' former fields are ours: rehearsed as a patch, since a dry-run cannot pass them on. */
async function afterAdopting(
  { kube, options }: Place,
  target: ResourceRef,
  live: KubeObject,
  merged: KubeObject,
  config: JsonObject,
  { adopted, others }: Ownership,
): Promise<KubeObject> {
  const before = jsonObject(merged);
  const left = jsonObject(pruned(before, adopted, config, others));
  if (changedFields(before, left).length === 0) return merged;
  const operations = changedFields(jsonObject(live), left).map(({ path, before: was, after }): Json => {
    if (after === undefined) return { op: 'remove', path };
    return { op: was === undefined ? 'add' : 'replace', path, value: after };
  });
  return kube.dryRunPatch(
    { target, type: 'json', patch: guardedJsonPatch(versionOf(live), operations) },
    options,
  );
}

/** The object with the preconditions of its write. */
export function guarded(config: JsonObject, live: KubeObject): KubeObject {
  const { metadata } = config;
  return asObject({ ...config, metadata: { ...Object(metadata), ...versionOf(live) } });
}

export function asObject(config: JsonObject): KubeObject {
  return config as unknown as KubeObject;
}

function jsonObject(value: unknown): JsonObject {
  return asJson(value) as JsonObject;
}

/** A manifest as it can be applied: what only the server writes is taken out. */
function applicable(object: Manifest['object'], namespace: { readonly namespace?: string }): JsonObject {
  const { status: _status, metadata, ...rest } = jsonObject(object);
  const {
    managedFields: _managed,
    resourceVersion: _version,
    uid: _uid,
    creationTimestamp: _created,
    generation: _generation,
    selfLink: _link,
    ...own
  } = Object(metadata) as JsonObject;
  return withProtocols({ ...rest, metadata: { ...own, ...namespace } });
}

/** Ports are told apart by their protocol too; servers before 1.21 refuse to apply one that leaves it to its default. */
function withProtocols(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]): [string, Json] => [
      name,
      name === 'ports' && Array.isArray(part) ? part.map(withProtocol) : within(part),
    ]),
  );
}

function within(part: Json): Json {
  if (Array.isArray(part)) return part.map(within);
  return typeof part === 'object' && part !== null ? withProtocols(part as JsonObject) : part;
}

function withProtocol(port: Json): Json {
  if (typeof port !== 'object' || port === null || Array.isArray(port)) return port;
  const known = 'containerPort' in port || 'port' in port;
  return known && !('protocol' in port) ? { ...(port as JsonObject), protocol: 'TCP' } : port;
}

/** The same for as long as nobody changes what somebody wanted of the object; its status may move. */
export function fingerprintOf(live: KubeObject): string {
  const text = JSON.stringify({ uid: live.metadata.uid, ...shownObject(live) });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
