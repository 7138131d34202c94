import type { Environment } from './kas-spec.ts';
import type { Person } from './people.ts';

const GITHUB = 'https://github.com/bf2fc6cc711aee1a0c2a/kas-fleet-manager';
/** Where links point until the sandbox's own address is known. */
export const CANONICAL_GITLAB = 'https://gitlab.cee.redhat.com';
export const CODE_PROJECT = 'service/kas-fleet-manager';

export interface PromotionText {
  readonly environment: Environment;
  readonly from: string;
  readonly to: string;
  /** Titles of the commits in between. */
  readonly titles: readonly string[];
  readonly link: 'gitlab' | 'github';
}

/** `prod` for production: the word in titles. */
function shortName(environment: Environment): string {
  return environment === 'production' ? 'prod' : 'stage';
}

export function promotionTitle(environment: Environment, sha: string): string {
  return `chore: update kas-fleet-manager ${shortName(environment)} version to ${sha}`;
}

/** What a promotion's merge request says. */
export function promotionDescription({ environment, from, to, titles, link }: PromotionText): string {
  const range = `${from}...${to}`;
  const url =
    link === 'github'
      ? `${GITHUB}/compare/${range}`
      : `${CANONICAL_GITLAB}/${CODE_PROJECT}/-/compare/${range}`;
  return `Promotes KAS Fleet Manager in ${environment}.

## Changes Included
${url}

${titles
  .slice(-12)
  .map((title) => `- ${title}`)
  .join('\n')}

## Before merging
- [x] the end-to-end tests passed on the version
- [x] its alerts were quiet for a day where it ran before
`;
}

/** A file of a merge request, and whether someone who may has approved it. */
export interface CoveredFile {
  readonly path: string;
  readonly status: '' | 'hold' | 'approved';
}

export const REPORT_HEADER = 'Change coverage report';

/** The bot's note that says whose approval is needed. */
export function coverageReport(files: readonly CoveredFile[], approvers: readonly Person[]): string {
  const names = approvers.map(({ username }) => `@${username}`).join(' ');
  const rows = files.map(
    ({ path, status }) =>
      `| ${path} | resourceTemplates[0] | ${status} | kas-fleet-manager approvers - ${names} |`,
  );
  const held = files.some(({ status }) => status === 'hold');
  const approved = files.length > 0 && files.every(({ status }) => status === 'approved');
  const headline = approved
    ? '✅ Ready for Review'
    : held
      ? '⏸️ Approval Required, on hold'
      : '⏸️ Approval Required';
  return `${REPORT_HEADER}<br/>${headline}

Every change needs an \`/lgtm\` from someone listed beside it.

| file | change | status | approvers |
|------|--------|--------|-----------|
${rows.join('\n')}

Reach out to them on
* Slack: #mas-control-plane

Supported commands: \`/lgtm\` \`/lgtm cancel\` \`/hold\` \`/hold cancel\` \`/good-to-test\``;
}

/** The note of the years before the coverage report. */
export function ownersReport(approvers: readonly Person[]): string {
  return `[OWNERS] This needs a "/lgtm" from one of these:

* ${approvers.map(({ username }) => username).join(', ')}`;
}
