import type { Environment } from './kas-spec.ts';

export const SAAS_FILE = 'data/services/managed-services/cicd/saas/saas-kas-fleet-manager.yaml';

/** What the saas file says of one environment. */
export interface Target {
  ref: string;
  /** Behind the ref on its line, where someone left a remark. */
  remark?: string;
  readonly parameters: Map<string, string>;
}

export type Targets = Readonly<Record<Environment, Target>>;

export function firstTargets(ref: string): Targets {
  return {
    stage: { ref, parameters: new Map([...COMMON, ['REPLICAS', '3'], ['ENVIRONMENT', 'stage']]) },
    production: { ref, parameters: new Map([...COMMON, ['REPLICAS', '3'], ['ENVIRONMENT', 'production']]) },
  };
}

const COMMON: readonly (readonly [string, string])[] = [
  ['DB_MAX_OPEN_CONNS', '50'],
  ['ENABLE_DB_DEBUG', '"false"'],
  ['GLOG_V', '"10"'],
];

function targetText(environment: Environment, { ref, remark, parameters }: Target): string {
  const values = [...parameters].map(([name, value]) => `      ${name}: ${value}\n`).join('');
  return `  - namespace:
      $ref: /services/managed-services/namespaces/managed-services-${environment}.yml
    ref: ${ref}${remark === undefined ? '' : ` # ${remark}`}
    parameters:
${values}`;
}

/** The whole saas file: which version runs where, and with which parameters. */
export function saasFileText({ stage, production }: Targets): string {
  return `---
$schema: /app-sre/saas-file-2.yml

labels:
  service: managed-services
  component: kas-fleet-manager

name: saas-kas-fleet-manager
description: SaaS tracking file for KAS Fleet Manager

app:
  $ref: /services/managed-services/app.yml

pipelinesProvider:
  $ref: /services/managed-services/pipelines/tekton.managed-services-pipelines.app-sre-prod-01.yaml

slack:
  workspace:
    $ref: /dependencies/slack/coreos.yml
  channel: mas-control-plane-deployments

managedResourceTypes:
- Deployment
- Service
- ConfigMap
- ServiceAccount
- Route

imagePatterns:
- quay.io/app-sre/kas-fleet-manager
- quay.io/app-sre/envoy

resourceTemplates:
- name: kas-fleet-manager
  url: https://gitlab.cee.redhat.com/service/kas-fleet-manager
  path: /templates/service-template.yml
  targets:
${targetText('stage', stage)}${targetText('production', production)}`;
}
