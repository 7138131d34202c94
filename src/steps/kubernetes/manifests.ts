import { LineCounter, parseAllDocuments, type SchemaOptions, type Tags } from 'yaml';
import { z } from 'zod';
import type { GitFile } from '../../ports/git.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { StepFailure } from '../step-kind.ts';

/** One object of a manifest file, as it is written there. */
export interface Manifest {
  readonly file: string;
  readonly object: ManifestObject;
}

export type ManifestObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string; readonly namespace?: string };
};

export interface Manifests {
  readonly manifests: readonly Manifest[];
  /** What was left out and why, a sentence each. */
  readonly leftOut: readonly string[];
}

const MAX_OBJECTS = 500;
const KUSTOMIZATION = /^kustomization(\.ya?ml)?$/i;
const TEMPLATE = /\{\{-?\s*(\.|include|template|if|range|with|end|define|toYaml)/;

const objectShape = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().min(1).optional() }),
});
const listShape = z.looseObject({ kind: z.string().endsWith('List'), items: z.array(z.unknown()) });

/** Every object in these files. Throws StepFailure where they are not plain manifests, or cannot be read. */
export function readManifests(files: readonly GitFile[], root: string): Manifests {
  const leftOut: string[] = [];
  const manifests: Manifest[] = [];
  for (const file of files) {
    refuseGenerators(file, root);
    if (!/\.(ya?ml|json)$/i.test(file.path)) continue;
    if (file.unreadable !== undefined) {
      leftOut.push(`${file.path} is a ${file.unreadable}: what it stands for is not read.`);
      continue;
    }
    for (const value of documentsOf(file)) {
      for (const object of objectsIn(value)) {
        const parsed = objectShape.safeParse(object);
        if (parsed.success) manifests.push({ file: file.path, object: parsed.data as ManifestObject });
        else leftOut.push(whyNoObject(file.path, object));
      }
    }
  }
  if (manifests.length > MAX_OBJECTS)
    throw new StepFailure(
      `${root} holds ${manifests.length} objects; at most ${MAX_OBJECTS} are compared at once.`,
      {
        next: 'Give a smaller folder.',
      },
    );
  return { manifests, leftOut };
}

/** The files of a kustomization or a chart are no manifests: something has to be made of them first. */
function refuseGenerators({ path, text }: GitFile, root: string): void {
  const name = path.split('/').at(-1) ?? '';
  const folder = path.slice(0, path.length - name.length) || './';
  if (KUSTOMIZATION.test(name))
    throw new StepFailure(`${path} makes ${root} a kustomization: its files are not what is applied.`, {
      next: `Render it into an empty folder (kubectl kustomize ${folder} > rendered/all.yaml) and give that folder.`,
    });
  if (name === 'Chart.yaml' || (/\.ya?ml$/i.test(name) && TEMPLATE.test(text)))
    throw new StepFailure(`${path} belongs to a Helm chart: its files are templates, not what is applied.`, {
      next: 'Use helm rollback where Helm installed it; or render it (helm template) into a folder and give that.',
    });
}

/** As kubectl reads YAML: version 1.1, without the times and base-60 numbers that Go does not know either. */
const KUBECTL_YAML: SchemaOptions = {
  customTags: (tags: Tags) =>
    tags.filter(
      (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')),
    ),
};

function documentsOf({ path, text }: GitFile): readonly unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    ...KUBECTL_YAML,
    version: '1.1',
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  return Array.from(documents, (document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new StepFailure(`${path}:${line}:${col} is not YAML: ${error.message}`, {
        next: 'Choose another commit, or give a folder with corrected manifests.',
      });
    }
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    return value;
  }).filter((value) => value !== null && value !== undefined);
}

function objectsIn(value: unknown): readonly unknown[] {
  const list = listShape.safeParse(value);
  return list.success ? list.data.items.flatMap(objectsIn) : [value];
}

function whyNoObject(path: string, value: unknown): string {
  const named = z.looseObject({ metadata: z.looseObject({ generateName: z.string() }) }).safeParse(value);
  return named.success
    ? `${path} holds an object that gets a new name each time (generateName): it cannot be compared.`
    : `${path} holds something without apiVersion, kind or metadata.name: it is no object.`;
}

/** 'apps/Deployment shop/web': an object's identity, whatever version of the API describes it. */
export function identityOf(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${group}/${kind} ${namespace ?? ''}/${name}`;
}

/** Plain JSON of anything: what YAML could hold besides is dropped. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}
