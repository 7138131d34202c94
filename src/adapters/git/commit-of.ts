import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { GitRunner } from './runner.ts';

/** The commit's whole SHA. A ref is looked at before git sees it: none may pass for an option, a range or a path. */
export async function commitOf(git: GitRunner, ref: string, options?: ReadOptions): Promise<string> {
  if (!isRef(ref))
    throw new PortFailure(neutralise(`"${ref}" is not the name of a commit, branch or tag.`), {
      reason: 'invalid',
      next: 'Give a SHA, or the name of a branch or tag.',
    });
  const found = await git
    .run(['rev-parse', '--quiet', '--verify', '--end-of-options', `${ref}^{commit}`], options)
    .catch((error: unknown) => {
      if (error instanceof PortFailure && error.reason === 'unexpected') return '';
      throw error;
    });
  const sha = found.trim();
  if (/^[0-9a-f]{40,64}$/.test(sha)) return sha;
  throw new PortFailure(neutralise(`The repository ${git.folder} has no commit ${ref}.`), {
    reason: 'not-found',
    next: 'Run git fetch --all there, then try again; it is never fetched from here.',
  });
}

/** Letters and digits first, and nothing in it that would make a range, an ancestor or a reflog entry of it. */
function isRef(ref: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_./+@#=%,-]*$/u.test(ref) && !/\.\.|\/\/|\.lock$/.test(ref);
}
