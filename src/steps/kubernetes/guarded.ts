import { PortFailure } from '../../ports/failure.ts';
import type { Json } from '../../ports/json.ts';
import type {
  KubeObject,
  Kubernetes,
  KubernetesReads,
  PatchRequest,
  ReadOptions,
  ResourceRef,
} from '../../ports/kubernetes.ts';
import { StepFailure } from '../step-kind.ts';
import { lastChange } from './last-change.ts';
import { nameOf, withoutSubresource } from './place.ts';

/** The object as it was read for the plan; a write is refused by the API server when it is no longer that one. */
export interface Version {
  readonly uid: string;
  readonly resourceVersion: string;
}

export function versionOf(object: KubeObject): Version {
  const { uid, resourceVersion } = object.metadata;
  if (uid === undefined || resourceVersion === undefined) {
    throw new StepFailure(`The API server sent ${nameOf(object)} without uid or resourceVersion.`, {
      next: 'Without them no safe write is possible: make the change by hand.',
    });
  }
  return { uid, resourceVersion };
}

/** A JSON Patch that applies to this version of the object only. */
export function guardedJsonPatch({ uid, resourceVersion }: Version, operations: readonly Json[]): Json {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...operations,
  ];
}

export interface Rehearsal {
  readonly object: KubeObject;
  readonly request: PatchRequest;
  /** The object as the server says it will be; undefined when it would not rehearse. */
  readonly after: KubeObject | undefined;
  /** Why it was not rehearsed, a sentence. */
  readonly unrehearsed?: string;
}

const READS_BEFORE_GIVING_UP = 3;
const SENDS_BEFORE_GIVING_UP = 3;

/**
 * Reads an object and has the server rehearse the patch that is made for it. When the object changes in between,
 * both are done again. A refusal for want of permission is part of the answer; any other refusal is thrown.
 */
export async function rehearse(
  kube: KubernetesReads,
  target: ResourceRef,
  patchFor: (object: KubeObject) => PatchRequest,
  options: ReadOptions,
): Promise<Rehearsal> {
  for (let read = 1; ; read += 1) {
    const object = await kube.get(target, options);
    const request = patchFor(object);
    try {
      return { object, request, after: await kube.dryRunPatch(request, options) };
    } catch (error) {
      if (!(error instanceof PortFailure)) throw error;
      const unrehearsed = whyUnrehearsed(error);
      if (unrehearsed !== undefined) return { object, request, after: undefined, unrehearsed };
      if (read === READS_BEFORE_GIVING_UP || !isRefusal(error)) throw error;
      const now = await kube.get(target, options);
      if (now.metadata.resourceVersion === object.metadata.resourceVersion) throw error;
    }
  }
}

function whyUnrehearsed(error: PortFailure): string | undefined {
  if (error.reason === 'forbidden') return `the API server would refuse this write: ${error.message}`;
  // an admission webhook that does not support dry-run answers 400; an invalid patch answers 422
  if (error.status === 400) return `the API server could not rehearse this write: ${error.message}`;
  return undefined;
}

/** 409 is a stale resourceVersion; a failed `test` is a 422 whose message says nothing. */
function isRefusal(error: PortFailure): boolean {
  return error.reason === 'conflict' || error.reason === 'invalid';
}

/** The version a plan was made for; with `generation`, a change of the status alone does not make it stale. */
export interface PlannedVersion extends Version {
  readonly generation?: number;
}

/**
 * Sends a guarded patch. When it is refused because the object moved on, the failure is stale and says who moved it.
 * A status that moved while the generation stood still is no other spec than the one confirmed: it is sent again.
 */
export async function sendGuarded(
  kube: Kubernetes,
  requestFor: (version: Version) => PatchRequest,
  planned: PlannedVersion,
  options: ReadOptions,
): Promise<KubeObject> {
  let version: Version = planned;
  for (let attempt = 1; ; attempt += 1) {
    const request = requestFor(version);
    try {
      return await kube.patch(request, options);
    } catch (error) {
      if (!(error instanceof PortFailure) || !(isRefusal(error) || error.reason === 'not-found')) throw error;
      const now = await readAgain(kube, withoutSubresource(request.target), options);
      if (now.metadata.resourceVersion === version.resourceVersion) throw error;
      const sameSpec = planned.generation !== undefined && now.metadata.generation === planned.generation;
      if (!sameSpec || now.metadata.uid !== planned.uid || attempt === SENDS_BEFORE_GIVING_UP) {
        throw movedOn(now, planned);
      }
      version = versionOf(now);
    }
  }
}

async function readAgain(kube: KubernetesReads, ref: ResourceRef, options: ReadOptions): Promise<KubeObject> {
  try {
    return await kube.get(ref, options);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'not-found') throw error;
    throw new StepFailure(
      `${ref.resource} ${ref.name} was deleted after the plan was made. Nothing was written.`,
      { stale: true, cause: error },
    );
  }
}

function movedOn(now: KubeObject, planned: Version): StepFailure {
  const who = lastChange(now);
  const what =
    now.metadata.uid === planned.uid
      ? `was changed after the plan was made${who === undefined ? '' : ` (last by ${who})`}`
      : 'was deleted and made anew after the plan was made';
  return new StepFailure(`${nameOf(now)} ${what}. Nothing was written.`, {
    stale: true,
    next: 'Look at the new plan before you decide.',
  });
}
