import { APP_SRE, APPROVERS, CONTROL_PLANE } from './people.ts';

const ESCALATION_POLICY = 'data/teams/managed-services/escalation-policies/kas-fleet-manager.yaml';

/** Other services of the same repository, whose promotions fill its history. */
export const NEIGHBOURS: readonly string[] = [
  'kas-fleetshard-operator',
  'observatorium-mst',
  'account-manager',
  'cos-fleetshard',
];

export function neighbourPath(service: string): string {
  return `data/services/${service}/cicd/saas/saas-${service}.yaml`;
}

export function neighbourText(service: string, ref: string): string {
  return `---
$schema: /app-sre/saas-file-2.yml

name: saas-${service}
description: SaaS tracking file for ${service}

resourceTemplates:
- name: ${service}
  url: https://github.com/example/${service}
  path: /openshift/template.yml
  targets:
  - namespace:
      $ref: /services/${service}/namespaces/${service}-production.yml
    ref: ${ref}
`;
}

export function quotaText(names: readonly string[]): string {
  return `---\n$schema: /app-sre/quota-1.yml\n\nname: managed-services\nentries:\n${names.map((name) => `- ${name}\n`).join('')}`;
}

export const QUOTA_FILE = 'data/services/managed-services/quotas/managed-services.yml';

function namespaceText(environment: string, cluster: string): string {
  return `---
$schema: /openshift/namespace-1.yml

labels: {}
name: managed-services-${environment}
description: Managed services, ${environment}
app:
  $ref: /services/managed-services/app.yml
environment:
  $ref: /products/managed-services/environments/${environment}.yml
cluster:
  $ref: /openshift/${cluster}/cluster.yml
`;
}

const POLICY = `---
$schema: /app-sre/escalation-policy-1.yml

labels: {}

name: kas-fleet-manager
description: |
  1. Page the engineer on call through PagerDuty, service "KAS Fleet Manager".
  2. Without an answer within 15 minutes, mention @kas-control-plane-ic in #mas-control-plane.
  3. Without an answer within 30 minutes, write to mas-control-plane@example.com and follow the next policy.

channels:
  slackUserGroup:
  - $ref: /teams/managed-services/permissions/kas-control-plane-ic.yml
  email:
  - mas-control-plane@example.com
  pagerduty:
    $ref: /dependencies/pagerduty/kas-fleet-manager.yml
  jiraBoard:
  - $ref: /teams/managed-services/jira/mgdstrm.yaml
  nextEscalationPolicy:
    $ref: /teams/managed-services/escalation-policies/managed-services-managers.yaml
`;

const MANAGERS_POLICY = `---
$schema: /app-sre/escalation-policy-1.yml

labels: {}

name: managed-services-managers
description: The engineering managers of the managed services, when a team does not answer.

channels:
  slackUserGroup:
  - $ref: /teams/managed-services/permissions/managed-services-managers.yml
  email:
  - managed-services-managers@example.com
  jiraBoard:
  - $ref: /teams/managed-services/jira/mgdstrm.yaml
`;

function ownersText(approvers: readonly { username: string }[], reviewers: readonly { username: string }[]) {
  const list = (people: readonly { username: string }[]) =>
    people.map(({ username }) => `- ${username}\n`).join('');
  return `approvers:\n${list(approvers)}reviewers:\n${list(reviewers)}`;
}

/** What app-interface holds besides the saas file that the drills are about. */
export function firstFiles(): Record<string, string> {
  return {
    'README.md':
      '# App Interface\n\nWhat the services are, where they run and who may change them, as files.\n',
    OWNERS: ownersText(APP_SRE, APP_SRE),
    'data/services/managed-services/OWNERS': ownersText(APPROVERS, CONTROL_PLANE),
    'data/services/managed-services/app.yml':
      '---\n$schema: /app-sre/app-1.yml\n\nname: managed-services\ndescription: Managed services\nonboardingStatus: OnBoarded\ncodeComponents:\n- name: kas-fleet-manager\n  resource: upstream\n  url: https://gitlab.cee.redhat.com/service/kas-fleet-manager\n',
    'data/services/managed-services/namespaces/managed-services-production.yml': namespaceText(
      'production',
      'app-sre-prod-04',
    ),
    'data/services/managed-services/namespaces/managed-services-stage.yml': namespaceText(
      'stage',
      'app-sre-stage-01',
    ),
    [QUOTA_FILE]: quotaText(['cpu: 40']),
    [ESCALATION_POLICY]: POLICY,
    'data/teams/managed-services/escalation-policies/managed-services-managers.yaml': MANAGERS_POLICY,
    'data/teams/managed-services/permissions/kas-control-plane-ic.yml':
      '---\n$schema: /access/permission-1.yml\n\nname: kas-control-plane-ic\nservice: slack-usergroup\nhandle: kas-control-plane-ic\nchannels:\n- mas-control-plane\n',
    'data/teams/managed-services/jira/mgdstrm.yaml':
      '---\n$schema: /dependencies/jira-board-1.yml\n\nname: MGDSTRM\nserverUrl: https://issues.example.com\n',
    'data/dependencies/pagerduty/kas-fleet-manager.yml':
      '---\n$schema: /dependencies/pagerduty-target-1.yml\n\nname: KAS Fleet Manager\nescalationPolicyID: PKAS7F2\n',
  };
}
