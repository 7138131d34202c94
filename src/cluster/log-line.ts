import type { Json, JsonObject } from '../ports/json.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LogLine } from './live.ts';

const LONGEST = 2_000;

/** Where Filebeat, Fluent Bit, Fluentd, Vector and ECS loggers put what a person looks for; the first that is there counts. */
const LEVEL = ['log.level', 'level', 'severity', 'severity_text', 'loglevel', 'lvl'];
const POD = [
  'kubernetes.pod.name',
  'kubernetes.pod_name',
  'k8s.pod.name',
  'resource.attributes.k8s.pod.name',
  'host.name',
  'host',
];
const MESSAGE = ['message', 'log', 'msg', 'body.text', 'body', 'event.original'];
/** Of what was logged as JSON and has been left so. */
const INNER_MESSAGE = ['msg', 'message', 'error', 'event'];

/** The fields that `logLine` looks at: enough to ask for. */
export const LOG_FIELDS: readonly string[] = [...new Set([...LEVEL, ...POD, ...MESSAGE])];

/** A document of the logs as one line of text, whatever wrote it. */
export function logLine(source: JsonObject, timeField = '@timestamp'): LogLine {
  const raw = textAt(source, MESSAGE) ?? JSON.stringify(source);
  const inner = asObject(raw);
  const time = valueAt(source, timeField);
  const at = typeof time === 'number' ? time : Date.parse(typeof time === 'string' ? time : '');
  const message = (inner && textAt(inner, INNER_MESSAGE)) ?? raw;
  return {
    ...(Number.isNaN(at) ? {} : { at }),
    level: clean(textAt(source, LEVEL) ?? (inner && textAt(inner, LEVEL)) ?? '').toLowerCase(),
    pod: clean(textAt(source, POD) ?? ''),
    message: clean(message.trim()),
  };
}

/** Text of a stranger: one harmless line, and not for ever. */
function clean(text: string): string {
  return neutralise(text.slice(0, LONGEST));
}

function textAt(source: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = valueAt(source, name);
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** A dotted name may be one key, or one key within another, or anything between. */
function valueAt(source: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(source, name)) return source[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const inner = Object.hasOwn(source, name.slice(0, dot)) ? source[name.slice(0, dot)] : undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    const found = valueAt(inner as JsonObject, name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function asObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
