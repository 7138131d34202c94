import type { KubeObject } from '../../ports/kubernetes.ts';
import { managedEntries } from './managed-fields.ts';

const ARGO = 'argocd.argoproj.io/';
const FLUX = /^(kustomize|helm)\.toolkit\.fluxcd\.io\/name$/;
const FLUX_MANAGERS = ['kustomize-controller', 'helm-controller'];

/** Who besides people writes these objects, and so would bring the bad manifests back; a sentence for each. */
export function gitopsOf(objects: readonly KubeObject[]): readonly string[] {
  const [argo, flux, helm]: Set<string>[] = [new Set(), new Set(), new Set()];
  for (const object of objects) {
    const name = `${(object.kind ?? 'object').toLowerCase()}/${object.metadata.name}`;
    const { labels = {}, annotations = {} } = object.metadata;
    const managers = managedEntries(object).map(({ manager }) => manager);
    const notes = [...Object.keys(labels), ...Object.keys(annotations)];
    if (notes.some((note) => note.startsWith(ARGO)) || managers.some((each) => each.startsWith('argocd')))
      argo?.add(name);
    if (notes.some((note) => FLUX.test(note)) || managers.some((each) => FLUX_MANAGERS.includes(each)))
      flux?.add(name);
    if (
      annotations['meta.helm.sh/release-name'] !== undefined ||
      labels['app.kubernetes.io/managed-by'] === 'Helm'
    )
      helm?.add(name);
  }
  return [
    ...sentence(
      argo,
      (what) =>
        `Argo CD keeps ${what} as its repository says and will bring the bad manifests back: turn auto-sync off for the application first, or merge the revert there.`,
    ),
    ...sentence(
      flux,
      (what) =>
        `Flux keeps ${what} as its repository says and will bring the bad manifests back: run flux suspend first, or merge the revert there.`,
    ),
    ...sentence(
      helm,
      (what) =>
        `Helm installed ${what}: helm rollback knows its revisions; what is applied here, Helm does not know of.`,
    ),
  ];
}

function sentence(names: ReadonlySet<string> | undefined, say: (what: string) => string): readonly string[] {
  if (names === undefined || names.size === 0) return [];
  const [first = '', ...more] = names;
  return [say(more.length === 0 ? first : `${first} and ${more.length} more`)];
}
