import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const file = z.looseObject({
  'current-context': z.string().nullish(),
  contexts: z
    .array(
      z.looseObject({
        name: z.string(),
        context: z.looseObject({ namespace: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** The context that kubectl would use, read without connecting; undefined where there is none, or none that can be read. */
export function currentContext(
  env: NodeJS.ProcessEnv,
): { readonly context: string; readonly namespace?: string } | undefined {
  const listed = env.KUBECONFIG?.split(path.delimiter).filter((name) => name !== '') ?? [];
  const files = (listed.length > 0 ? listed : [path.join(homedir(), '.kube', 'config')]).flatMap(readConfig);
  const context = files.map((one) => one['current-context']).find((name) => name);
  if (!context) return undefined;
  const found = files.flatMap(({ contexts }) => contexts ?? []).find(({ name }) => name === context);
  const namespace = found?.context?.namespace;
  return found === undefined ? undefined : { context, ...(namespace ? { namespace } : {}) };
}

/** What is wrong with a file is said when a session begins; here it only names nothing. */
function readConfig(name: string): readonly z.infer<typeof file>[] {
  try {
    return [file.parse(parse(readFileSync(name, 'utf8')))];
  } catch {
    return [];
  }
}
