import type { MergeRequest, Note, Pipeline } from '../../ports/gitlab.ts';
import { approversIn, coverageVerdict } from './approvers.ts';
import { shortSha } from './place.ts';

export interface MergeView {
  readonly mergeRequest: MergeRequest;
  readonly notes: readonly Note[];
  readonly pipelines: readonly Pipeline[];
  /** When the head commit was made; undefined when nobody approved yet. */
  readonly headCommittedAt: string | undefined;
  /** The head when the waiting began. */
  readonly firstSha: string | undefined;
}

export interface MergeVerdict {
  readonly merged: boolean;
  readonly hopeless?: string;
  /** What it waits for, in a line. */
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly approvers: readonly string[];
  readonly approvedBy: readonly string[];
}

const HOLDS =
  /^(bot\/hold|do-not-merge(\/.*)?|blocked\/.*|needs-rebase|changes-requested|awaiting-approval)$/;
const ERRORS = /^(merge|pipeline|rebase)-error$/;
const APPROVED = /^(bot\/approved(:.*)?|lgtm|approved)$/;

/** What a merge request waits for; what merges it is the approvers' and the bot's doing. */
export function mergeVerdict(view: MergeView): MergeVerdict {
  const { mergeRequest: mr, notes, pipelines } = view;
  const approvers = approversIn(notes);
  const said = commandsIn(notes);
  const base = { approvers, approvedBy: said.approvedBy };
  if (mr.state === 'merged') {
    const sha = mr.mergeCommitSha ?? mr.squashCommitSha ?? mr.sha;
    const evidence = [`merged ${mr.mergedAt ?? ''} as ${shortSha(sha ?? 'an unknown commit')}`, mr.webUrl];
    return { ...base, merged: true, summary: 'merged', evidence };
  }
  const open = { ...base, merged: false };
  const evidence = evidenceOf(view, approvers, said);
  if (mr.state === 'closed')
    return {
      ...open,
      hopeless: `!${mr.iid} was closed without being merged: ${mr.webUrl}`,
      summary: 'closed',
      evidence,
    };
  const busy =
    mr.rebaseInProgress ||
    mr.state === 'locked' ||
    /checking|preparing|unchecked/.test(mr.detailedMergeStatus);
  if (!busy && (mr.hasConflicts || mr.detailedMergeStatus === 'conflict')) {
    const hopeless = `!${mr.iid} conflicts with ${mr.targetBranch}, so nobody can merge it. Close it by hand and plan the step before again, with another branch: ${mr.webUrl}`;
    return { ...open, hopeless, summary: 'conflicts', evidence };
  }
  return { ...open, summary: waitsFor(view, pipelines[0], approvers, said).join(' · '), evidence };
}

function waitsFor(
  { mergeRequest: mr, headCommittedAt }: MergeView,
  pipeline: Pipeline | undefined,
  approvers: readonly string[],
  said: Commands,
): readonly string[] {
  const holds = mr.labels.filter((label) => HOLDS.test(label));
  const errors = mr.labels.filter((label) => ERRORS.test(label));
  const approved = mr.labels.some((label) => APPROVED.test(label));
  const whom = approvers.length === 0 ? 'an approver' : approvers.join(', ');
  const stale = isStale(said, headCommittedAt);
  const approval = approved
    ? 'approved, the bot merges it'
    : said.approvedBy.length === 0
      ? `waits for /lgtm of ${whom}`
      : stale
        ? `/lgtm of ${said.approvedBy.join(', ')} is older than the last commit, it is needed again`
        : `/lgtm of ${said.approvedBy.join(', ')}, the bot has yet to act on it`;
  return [
    ...(mr.state === 'locked' ? ['being merged now'] : mr.rebaseInProgress ? ['being rebased'] : []),
    ...(said.heldBy.length > 0 ? [`on hold by ${said.heldBy.join(', ')}`] : []),
    ...(holds.length > 0 ? [`held by label ${holds.join(', ')}`] : []),
    ...(errors.length > 0 ? [`the bot reports ${errors.join(', ')}`] : []),
    approval,
    ...(pipeline === undefined ? [] : [`pipeline ${pipeline.status}`]),
    ...(mr.detailedMergeStatus === 'need_rebase' && !mr.rebaseInProgress ? ['needs a rebase'] : []),
    ...(mr.draft ? ['a draft'] : []),
  ];
}

function evidenceOf(
  { mergeRequest: mr, notes, pipelines, firstSha }: MergeView,
  approvers: readonly string[],
  said: Commands,
): readonly string[] {
  const verdict = coverageVerdict(notes);
  return [
    mr.webUrl,
    ...(verdict === undefined ? [] : [verdict]),
    ...(approvers.length === 0 ? [] : [`approvers: ${approvers.join(', ')}`]),
    ...said.lines,
    ...(mr.labels.length === 0 ? [] : [`labels: ${mr.labels.join(', ')}`]),
    ...pipelines.slice(0, 1).map(({ status, webUrl }) => `pipeline ${status}: ${webUrl}`),
    ...(firstSha !== undefined && mr.sha !== undefined && firstSha !== mr.sha
      ? [`rebased since: ${shortSha(firstSha)} is ${shortSha(mr.sha)} now`]
      : []),
    `GitLab says ${mr.detailedMergeStatus}`,
  ];
}

interface Commands {
  readonly approvedBy: readonly string[];
  readonly heldBy: readonly string[];
  /** When the last /lgtm was given. */
  readonly approvedAt: string | undefined;
  readonly lines: readonly string[];
}

/** The approvers' commands: a line of its own in a note; a later one of the same person takes an earlier one back. */
function commandsIn(notes: readonly Note[]): Commands {
  const approved = new Map<string, string>();
  const held = new Set<string>();
  const lines: string[] = [];
  for (const { author, body, createdAt, system } of notes) {
    if (system) continue;
    for (const line of body.split('\n').map((text) => text.trim())) {
      if (line === '/lgtm') approved.set(author, createdAt);
      else if (line === '/lgtm cancel') approved.delete(author);
      else if (line === '/hold') held.add(author);
      else if (line === '/hold cancel') held.clear();
      else continue;
      lines.push(`${author}: ${line}`);
    }
  }
  const approvedAt = [...approved.values()].sort().at(-1);
  return { approvedBy: [...approved.keys()], heldBy: [...held], approvedAt, lines: lines.slice(-5) };
}

function isStale({ approvedAt }: Commands, headCommittedAt: string | undefined): boolean {
  if (approvedAt === undefined || headCommittedAt === undefined) return false;
  return Date.parse(approvedAt) < Date.parse(headCommittedAt);
}
