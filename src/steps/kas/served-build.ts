import { z } from 'zod';
import { sameCommit } from '../gitlab/compare-link.ts';
import { shortSha } from '../gitlab/place.ts';
import type { Answer } from '../http/targets.ts';
import type { PodFacts } from './serving-pods.ts';

export interface ServingPod extends PodFacts {
  /** The build that it says it is; else its image's tag; undefined when neither is known. */
  readonly sha: string | undefined;
  readonly from: 'server' | 'image';
}

export interface Expectation {
  /** null: whatever it is. */
  readonly expected: string | null;
  readonly minPods: number;
  /** How long ago the last restart must be. */
  readonly calmMs: number;
}

export function servingPod(facts: PodFacts, answers: readonly Answer[]): ServingPod {
  const answer = answers.find(({ whom }) => whom === `pod/${facts.name}`);
  const told = answer?.status === 200 ? versionIn(answer.body) : undefined;
  if (told !== undefined) return { ...facts, sha: told, from: 'server' };
  return { ...facts, sha: facts.tags.length === 1 ? facts.tags[0] : undefined, from: 'image' };
}

const version = z.looseObject({ server_version: z.string().regex(/^[0-9a-f]{7,40}$/) });

/** Empty in a build that was made without version control. */
function versionIn(body: string): string | undefined {
  try {
    return version.safeParse(JSON.parse(body)).data?.server_version;
  } catch {
    return undefined;
  }
}

/** Why a pod is not as it should be; undefined when it is. */
export function problemOf(
  pod: ServingPod,
  { expected, calmMs }: Expectation,
  now: number,
): string | undefined {
  if (pod.initProblem !== undefined) return pod.initProblem;
  if (pod.waiting !== undefined) return pod.waiting;
  if (!pod.ready) return 'is not ready';
  if (expected === null) return undefined;
  if (pod.sha === undefined || !sameCommit(pod.sha, expected)) return `is not ${shortSha(expected)}`;
  const other = pod.tags.find((tag) => !sameCommit(tag, expected));
  if (other !== undefined) return `has a container of the image ${other}`;
  if (pod.restartedAt !== undefined && now - pod.restartedAt < calmMs) return 'was restarted a moment ago';
  return undefined;
}

export function summaryOf(
  pods: readonly ServingPod[],
  bad: number,
  { expected, minPods }: Expectation,
  leaving: number,
): string {
  if (expected === null) return buildsOf(pods).map(shortSha).join(', ') || 'no build is known';
  const going = leaving === 0 ? '' : `, ${leaving} old ones terminating`;
  return `${pods.length - bad}/${Math.max(pods.length, minPods)} pods serve ${shortSha(expected)}${going}`;
}

/** Every build that is served, each once, as long as it is known. */
export function buildsOf(pods: readonly ServingPod[]): readonly string[] {
  const longestFirst = pods
    .flatMap(({ sha }) => (sha === undefined ? [] : [sha]))
    .toSorted((a, b) => b.length - a.length);
  const builds: string[] = [];
  for (const sha of longestFirst)
    if (!builds.some((known) => sameCommit(known, sha) || known === sha)) builds.push(sha);
  return builds;
}

export function lineOf({ name, sha, from, restarts }: ServingPod, wrong: string | undefined): string {
  const build = sha === undefined ? 'does not tell its build' : `serves ${sha}`;
  const how = from === 'image' ? ' (by its image)' : '';
  return `${name} ${build}${how}, ${restarts} restarts${wrong === undefined ? '' : `: ${wrong}`}`;
}
