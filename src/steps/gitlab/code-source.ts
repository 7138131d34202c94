import { z } from 'zod';
import type { CodeSource } from '../../ports/comparison.ts';
import { StepFailure } from '../step-kind.ts';

const SOURCE = /^(github:[^/\s]+\/[^/\s]+|gitlab:(\d+|[^/\s]+(\/[^/\s]+)+)|clone:.+)$/;

/** Where code is compared: 'github:owner/repository', 'gitlab:group/project', 'clone:/folder'. */
const codeSourceField = z
  .string()
  .regex(SOURCE, 'expected "github:OWNER/REPOSITORY", "gitlab:GROUP/PROJECT" or "clone:FOLDER"');

export const codeSourcesField = z
  .union([codeSourceField, z.array(codeSourceField).min(1)])
  .describe(
    'Where the code is compared: "github:OWNER/REPOSITORY", "gitlab:GROUP/PROJECT" or "clone:FOLDER"; of a list, the first that has the whole comparison.',
  );

export function codeSource(text: string): CodeSource {
  const at = text.indexOf(':');
  const rest = text.slice(at + 1);
  switch (text.slice(0, at)) {
    case 'gitlab':
      return { type: 'gitlab', project: rest };
    case 'clone':
      return { type: 'clone', folder: rest };
    case 'github': {
      const [owner = '', repository = ''] = rest.split('/');
      return { type: 'github', owner, repository };
    }
    default:
      throw new StepFailure(`"${text}" does not say where the code is.`);
  }
}
