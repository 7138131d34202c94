import { ApiError } from './api-error.ts';
import { isTree } from './json.ts';
import type { StoredObject } from './store.ts';

type Predicate = (object: StoredObject) => boolean;

/** Fields that can be selected on, beside metadata.name and metadata.namespace, by `plural.group`. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  'pods.': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  'events.': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'replicasets.apps': ['status.replicas'],
  'secrets.': ['type'],
  'namespaces.': ['status.phase'],
  'nodes.': ['spec.unschedulable'],
  'services.': ['spec.clusterIP', 'spec.type'],
  'jobs.batch': ['status.successful'],
};

const LABEL_REQUIREMENT =
  /^\s*(!?)\s*([\w./-]+)\s*(?:(==|=|!=|>|<)\s*([\w.-]*)|\s(in|notin)\s*\(([^)]*)\))?\s*$/;

/** Commas inside `in (a,b)` do not separate requirements. */
function splitRequirements(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
}

function labelRequirement(source: string): Predicate {
  const match = LABEL_REQUIREMENT.exec(source);
  if (match === null) {
    throw ApiError.badRequest(
      `unable to parse requirement: found '${source.trim()}', expected: a label selector such as 'a=b', '!a' or 'a in (b,c)'`,
    );
  }
  const [, not = '', key = '', operator, value = '', setOperator, items = ''] = match;
  const label: (object: StoredObject) => string | undefined = (object) => object.metadata.labels?.[key];
  if (not === '!') return (object) => label(object) === undefined;
  if (setOperator !== undefined) {
    const allowed = new Set(items.split(',').map((item) => item.trim()));
    const wanted = setOperator === 'in';
    return (object) => {
      const found = label(object);
      return found === undefined ? !wanted : allowed.has(found) === wanted;
    };
  }
  switch (operator) {
    case undefined:
      return (object) => label(object) !== undefined;
    case '!=':
      return (object) => label(object) !== value;
    case '>':
      return (object) => Number(label(object)) > Number(value);
    case '<':
      return (object) => Number(label(object)) < Number(value);
    default:
      return (object) => label(object) === value;
  }
}

function valueAt(object: StoredObject, path: string): string {
  let value: unknown = object;
  for (const field of path.split('.')) value = isTree(value) ? value[field] : undefined;
  return value === undefined || value === null ? '' : String(value);
}

function selectedValue(object: StoredObject, field: string): string {
  if (field === 'source') return valueAt(object, 'source.component') || valueAt(object, 'reportingComponent');
  return valueAt(object, field);
}

function fieldRequirement(source: string, typeId: string): Predicate {
  const match = /^([^!=]+)(==|=|!=)(.*)$/.exec(source.trim());
  if (match === null) {
    throw ApiError.badRequest(`invalid selector: '${source}'; can't understand '${source}'`);
  }
  const [, field = '', operator, value = ''] = match;
  const known = ['metadata.name', 'metadata.namespace', ...(SELECTABLE[typeId] ?? [])];
  if (!known.includes(field)) {
    throw ApiError.badRequest(`field label not supported: ${field}`);
  }
  const unescaped = value.replace(/\\([\\,=])/g, '$1');
  const wanted = operator !== '!=';
  return (object) => (selectedValue(object, field) === unescaped) === wanted;
}

/** What `labelSelector` and `fieldSelector` of a list, watch or deletecollection let through. */
export function selection(query: URLSearchParams, typeId: string): Predicate {
  const requirements = [
    ...splitRequirements(query.get('labelSelector') ?? '').map(labelRequirement),
    ...(query.get('fieldSelector') ?? '')
      .split(/(?<!\\),/)
      .filter((part) => part !== '')
      .map((part) => fieldRequirement(part, typeId)),
  ];
  return (object) => requirements.every((matches) => matches(object));
}

/** Whether the query narrows the list at all. */
export function isSelective(query: URLSearchParams): boolean {
  return (query.get('labelSelector') ?? '') !== '' || (query.get('fieldSelector') ?? '') !== '';
}
