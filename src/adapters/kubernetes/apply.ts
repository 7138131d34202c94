import { type FieldConflict, PortFailure } from '../../ports/failure.ts';
import type { ApplyRequest, KubeObject, ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { Patching } from './patch.ts';
import { resourcePath, withQuery } from './paths.ts';
import { type Status, type Subject, statusFailure, statusOf } from './status-failure.ts';
import { parseJson } from './wire.ts';

/** Every JSON text is YAML, too. */
const APPLY = 'application/apply-patch+yaml';
/** More of them fill a screen and say nothing more. */
const CONFLICTS_NAMED = 3;

/** One server-side apply, sent once. Fields that others own come back as the failure's `conflicts`. */
export async function sendApply(
  applying: Patching,
  request: ApplyRequest,
  dryRun: boolean,
  options: ReadOptions,
): Promise<KubeObject> {
  const { transport, discovery, context } = applying;
  const { object, force = false, fieldManager = 'rollbook' } = request;
  const { apiVersion = '', kind = '', metadata } = object;
  const served = await discovery.findKind(apiVersion, kind, options);
  if (served === undefined) {
    throw new PortFailure(
      neutralise(`The cluster of context ${context.name} does not serve ${kind} in ${apiVersion}.`),
      {
        reason: 'not-served',
        next: 'Check apiVersion and kind; newer clusters no longer serve old API versions.',
      },
    );
  }
  const namespace = metadata.namespace ?? context.namespace;
  const path = resourcePath(served, { namespace, name: metadata.name });
  const response = await transport.send({
    method: 'PATCH',
    // servers before 1.25 take no notice of fieldValidation
    path: withQuery(path, {
      fieldManager,
      fieldValidation: 'Strict',
      force: force || undefined,
      dryRun: dryRun ? 'All' : undefined,
    }),
    contentType: APPLY,
    body: JSON.stringify(object),
    timeoutMs: options.timeoutMs ?? applying.timeoutMs,
    signal: options.signal,
  });
  const subject: Subject = {
    verb: 'patch',
    resource: served.resource,
    name: metadata.name,
    namespace: served.namespaced ? namespace : undefined,
  };
  if (response.status < 300) return parseJson(response, subject) as KubeObject;
  const failure = statusFailure(response, subject, context);
  const conflicts = conflictsOf(statusOf(response.body));
  throw conflicts.length === 0 ? failure : ownedByOthers(failure, conflicts, `${kind}/${metadata.name}`);
}

/** 'conflict with "kubectl-edit" using apps/v1 at 2026-…' */
const OWNER = /^conflict with ("(?:[^"\\]|\\.)*")/;

function conflictsOf(status: Status | undefined): readonly FieldConflict[] {
  const causes = status?.details?.causes ?? [];
  return causes.flatMap(({ reason, field = '', message = '' }) => {
    if (reason !== 'FieldManagerConflict') return [];
    const manager = unquoted(OWNER.exec(message)?.[1]) ?? message;
    return [{ manager: neutralise(manager), field: neutralise(field) }];
  });
}

function unquoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

function ownedByOthers(failure: PortFailure, conflicts: readonly FieldConflict[], name: string): PortFailure {
  const listed = conflicts.slice(0, CONFLICTS_NAMED).map(({ field, manager }) => `${field} (${manager})`);
  const more = conflicts.length - listed.length;
  const fields = conflicts.length === 1 ? 'a field' : `${conflicts.length} fields`;
  return new PortFailure(
    `${neutralise(name)} has ${fields} that others own and this would change: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
    {
      reason: 'conflict',
      next: 'Look at who set them and why; take them over only if this value is the right one.',
      status: failure.status,
      detail: 'owned-by-others',
      conflicts,
      cause: failure,
    },
  );
}
