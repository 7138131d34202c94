import type { StatusCause } from '../api-error.ts';

const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_NAME_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const PORT_RANGE = 'must be between 1 and 65535, inclusive';

/** `shown` is what the message quotes, where that is not the value as JSON. */
export function invalid(field: string, value: unknown, why: string, shown?: string): StatusCause {
  const quoted = shown ?? JSON.stringify(value);
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${quoted}: ${why}`, field };
}

export function required(field: string, why = ''): StatusCause {
  const message = why === '' ? 'Required value' : `Required value: ${why}`;
  return { reason: 'FieldValueRequired', message, field };
}

export function duplicate(field: string, value: unknown): StatusCause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(value)}`, field };
}

export function forbidden(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function unsupported(
  field: string,
  value: unknown,
  supported: readonly string[],
  shown = JSON.stringify(value),
): StatusCause {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  const message = `Unsupported value: ${shown}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', message, field };
}

/** Go's notation of a map of strings, as messages of the API server quote it. */
export function goMap(map: Readonly<Record<string, string>> | undefined): string {
  if (map === undefined) return 'map[string]string(nil)';
  const pairs = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]string{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`;
}

/** Go's notation of a number or a string of type IntOrString. */
export function goIntOrString(value: unknown): string {
  const isText = typeof value === 'string';
  const [type, number, text] = isText ? [1, 0, value] : [0, Number(value ?? 0), ''];
  return `intstr.IntOrString{Type:${type}, IntVal:${number}, StrVal:${JSON.stringify(text)}}`;
}

export function* notNegative(field: string, value: unknown): Generator<StatusCause> {
  if (typeof value === 'number' && value < 0) yield invalid(field, value, NOT_NEGATIVE);
}

function* qualifiedName(field: string, key: string): Generator<StatusCause> {
  const [name = '', prefix] = key.split('/').reverse();
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name)) yield invalid(field, key, NAME_PART);
  if (name.length > 63) yield invalid(field, key, 'name part must be no more than 63 characters');
  if (prefix !== undefined && !SUBDOMAIN.test(prefix)) {
    yield invalid(field, key, `prefix part ${SUBDOMAIN_RULE}`);
  }
}

/** Labels, or a selector made of them. */
export function* labelCauses(
  field: string,
  labels: Readonly<Record<string, string>> | undefined,
): Generator<StatusCause> {
  for (const [key, value] of Object.entries(labels ?? {})) {
    yield* qualifiedName(field, key);
    if (value.length > 63) yield invalid(field, value, 'must be no more than 63 characters');
    if (!LABEL_VALUE.test(value)) yield invalid(field, value, LABEL_RULE);
  }
}

/** Annotations are looked up without regard to case in their prefix, and their values are free. */
export function* annotationCauses(
  field: string,
  annotations: Readonly<Record<string, string>> | undefined,
): Generator<StatusCause> {
  for (const key of Object.keys(annotations ?? {})) yield* qualifiedName(field, key.toLowerCase());
}

export function* subdomainCauses(field: string, name: string): Generator<StatusCause> {
  if (name.length > 253) yield invalid(field, name, 'must be no more than 253 characters');
  if (!SUBDOMAIN.test(name)) yield invalid(field, name, SUBDOMAIN_RULE);
}

export function* dnsLabelCauses(field: string, name: string): Generator<StatusCause> {
  if (name.length > 63) yield invalid(field, name, 'must be no more than 63 characters');
  if (!DNS_LABEL.test(name)) yield invalid(field, name, DNS_LABEL_RULE);
}

export function* serviceNameCauses(field: string, name: string): Generator<StatusCause> {
  if (name.length > 63) yield invalid(field, name, 'must be no more than 63 characters');
  if (!SERVICE_NAME.test(name)) yield invalid(field, name, SERVICE_NAME_RULE);
}
