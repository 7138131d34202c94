import { ApiError, type StatusCause } from '../api-error.ts';
import { isTree } from '../json.ts';
import { forbidden, unsupported } from './causes.ts';

const KINDS: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
  list: 'ListOptions',
  watch: 'ListOptions',
};
const POLICIES = ['Foreground', 'Background', 'Orphan'];
const LONGEST_MANAGER = 128;

/** What the rules look at: the verb, the query, the body, and whether it is a server-side apply. */
export interface OptionsRequest {
  readonly verb: string;
  readonly query: URLSearchParams;
  readonly document: unknown;
  readonly isApply: boolean;
}

function* deletionCauses(query: URLSearchParams, document: unknown): Generator<StatusCause> {
  const inBody = isTree(document) ? document.propagationPolicy : undefined;
  const policy = String(inBody ?? query.get('propagationPolicy') ?? 'Background');
  if (!POLICIES.includes(policy)) yield unsupported('propagationPolicy', policy, [...POLICIES, 'nil']);
}

function* listCauses(query: URLSearchParams): Generator<StatusCause> {
  const match = query.get('resourceVersionMatch') ?? '';
  if (match !== '' && (query.get('resourceVersion') ?? '') === '') {
    const why = 'resourceVersionMatch is forbidden unless resourceVersion is provided';
    yield forbidden('resourceVersionMatch', why);
  }
}

function* causesOf({ verb, query, document, isApply }: OptionsRequest): Generator<StatusCause> {
  if (verb === 'list') yield* listCauses(query);
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) {
    const shown = `[]string{${dryRun.map((value) => JSON.stringify(value)).join(', ')}}`;
    yield unsupported('dryRun', dryRun, ['All'], shown);
  }
  if (verb.startsWith('delete')) yield* deletionCauses(query, document);
  if ((query.get('fieldManager') ?? '').length > LONGEST_MANAGER) {
    const message = `Too long: must have at most ${LONGEST_MANAGER} bytes`;
    yield { reason: 'FieldValueTooLong', message, field: 'fieldManager' };
  }
  if (verb !== 'patch') return;
  if (!isApply && query.has('force')) {
    yield forbidden('force', 'may not be specified for non-apply patch');
  }
  if (isApply && !query.get('fieldManager')) {
    const message = 'Required value: is required for apply patch';
    yield { reason: 'FieldValueRequired', message, field: 'fieldManager' };
  }
}

/** Throws ApiError Invalid for options of the query that the API server would refuse. */
export function validateOptions(request: OptionsRequest): void {
  const kind = KINDS[request.verb];
  if (kind === undefined) return;
  const causes = [...causesOf(request)];
  if (causes.length > 0) throw ApiError.invalid(kind, 'meta.k8s.io', '', causes);
}
