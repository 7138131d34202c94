import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import type { Subject } from './telling.ts';

/** An answer that is none of GitLab's: a login page, another program on that port, a proxy's own words. */
export function notGitLab({ act }: Subject, host: string, cause?: unknown): PortFailure {
  return new PortFailure(neutralise(`What answered at ${host} when asked to ${act} is not GitLab's API.`), {
    reason: 'unexpected',
    next: 'Check the address of GitLab; a login page or a proxy may stand before it.',
    cause,
  });
}

/** GitLab's answer without something that is always in it. `where`: 'title', 'diffs.0.new_path'. */
export function misshapen({ act }: Subject, host: string, where: string): PortFailure {
  return new PortFailure(
    neutralise(`GitLab at ${host} answered when asked to ${act}, but ${where} in it is not as expected.`),
    {
      reason: 'unexpected',
      next: 'Its version may be one that this program does not know; look at it in the browser.',
    },
  );
}

export function tooLarge({ act }: Subject, host: string, bytes: number): PortFailure {
  const limit = `${Math.round(bytes / 1024 / 1024)} MiB`;
  return new PortFailure(
    neutralise(`GitLab at ${host} gave more than ${limit} when asked to ${act}; the rest was not read.`),
    { reason: 'unexpected', next: 'Look at it in the browser.' },
  );
}

/** A list that goes on beyond what is read here; half of it must not pass for all. */
export function tooMany({ act }: Subject, host: string, most: number): PortFailure {
  return new PortFailure(
    neutralise(
      `GitLab at ${host} has more than ${most} entries when asked to ${act}; that is more than is read here.`,
    ),
    { reason: 'unexpected', next: 'Look at it in the browser.' },
  );
}
