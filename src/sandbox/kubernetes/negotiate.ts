import { ApiError } from './api-error.ts';

/** In what shape the caller wants objects, by its Accept header. */
export interface Presentation {
  readonly shape: 'object' | 'table' | 'metadata';
  /** Of the Table and PartialObjectMetadata kinds: meta.k8s.io/v1 or v1beta1. */
  readonly version: string;
  readonly format: 'json' | 'yaml';
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The ranges of an Accept header, in the caller's order: clients of Kubernetes do not use q-values to rank. */
export function mediaRanges(accept: string | undefined): MediaRange[] {
  return (accept ?? '*/*')
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      return { type: type.toLowerCase(), parameters: new Map(parameters.map(splitParameter)) };
    })
    .filter((range) => range.type !== '');
}

function splitParameter(parameter: string): [string, string] {
  const equals = parameter.indexOf('=');
  return [parameter.slice(0, equals), parameter.slice(equals + 1)];
}

const FORMATS: Readonly<Record<string, Presentation['format']>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'application/yaml': 'yaml',
};

function shapeOf(range: MediaRange): Presentation['shape'] | undefined {
  const as = range.parameters.get('as');
  if (as === undefined) return 'object';
  if (range.parameters.get('g') !== 'meta.k8s.io') return undefined;
  if (as === 'Table') return 'table';
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  return undefined;
}

/** The first range that the server can answer; protobuf is passed over for the JSON after it. */
export function negotiate(accept: string | undefined): Presentation {
  for (const range of mediaRanges(accept)) {
    const format = FORMATS[range.type];
    const shape = shapeOf(range);
    if (format !== undefined && shape !== undefined) {
      return { shape, version: range.parameters.get('v') ?? 'v1', format };
    }
  }
  throw new ApiError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}
