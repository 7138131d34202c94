/** The Go file of one part of the service, as far as it is written by now. */
export interface GoFile {
  readonly path: string;
  readonly package: string;
  readonly constants: Map<string, number>;
  readonly functions: string[];
}

export function goText({ package: name, constants, functions }: GoFile): string {
  const values = [...constants].map(([constant, value]) => `	${constant} = ${value}\n`).join('');
  const bodies = functions.map(
    (title, index) => `
// ${title}.
func (s *service) step${index + 1}(ctx context.Context, request *Request) error {
	if err := s.check(ctx, request, ${(index * 7) % 11}); err != nil {
		return errors.Wrapf(err, "step ${index + 1} of %s", request.ID)
	}
	return s.repository.Update(ctx, request)
}
`,
  );
  return `package ${name}

import (
	"context"

	"github.com/pkg/errors"
)
${values === '' ? '' : `\nconst (\n${values})\n`}${bodies.join('')}`;
}

/** Where the service's code lives, with the constants that get tuned. */
export const GO_FILES: readonly (Pick<GoFile, 'path' | 'package'> & { readonly constant: string })[] = [
  {
    path: 'internal/kafka/internal/services/kafka.go',
    package: 'services',
    constant: 'maxInstancesPerPage',
  },
  {
    path: 'internal/kafka/internal/services/clusters.go',
    package: 'services',
    constant: 'clusterTimeoutMinutes',
  },
  { path: 'internal/kafka/internal/services/quota.go', package: 'services', constant: 'quotaRetries' },
  {
    path: 'internal/kafka/internal/workers/kafka_mgrs/accepted_kafkas_mgr.go',
    package: 'kafka_mgrs',
    constant: 'acceptedRetrySeconds',
  },
  {
    path: 'internal/kafka/internal/workers/kafka_mgrs/ready_kafkas_mgr.go',
    package: 'kafka_mgrs',
    constant: 'readyCheckSeconds',
  },
  {
    path: 'internal/kafka/internal/workers/cluster_mgrs/clusters_mgr.go',
    package: 'cluster_mgrs',
    constant: 'reconcileSeconds',
  },
  {
    path: 'internal/kafka/internal/workers/cluster_mgrs/dynamic_scaleup_mgr.go',
    package: 'cluster_mgrs',
    constant: 'scaleUpThreshold',
  },
  { path: 'internal/kafka/internal/handlers/kafka.go', package: 'handlers', constant: 'listLimit' },
  { path: 'internal/kafka/internal/presenters/kafka.go', package: 'presenters', constant: 'nameLimit' },
  {
    path: 'internal/connector/internal/services/connectors.go',
    package: 'services',
    constant: 'connectorPage',
  },
  {
    path: 'internal/connector/internal/workers/connector_manager.go',
    package: 'workers',
    constant: 'connectorResyncSeconds',
  },
  { path: 'pkg/client/observatorium/client.go', package: 'observatorium', constant: 'queryTimeoutSeconds' },
  { path: 'pkg/client/ocm/client.go', package: 'ocm', constant: 'retryLimit' },
  { path: 'pkg/metrics/metrics.go', package: 'metrics', constant: 'bucketCount' },
  { path: 'pkg/workers/leader_election_mgr.go', package: 'workers', constant: 'leaseSeconds' },
  { path: 'pkg/server/api_server.go', package: 'server', constant: 'readTimeoutSeconds' },
];

export const README = `# KAS Fleet Manager

Creates, watches and deletes Kafka instances on the data plane clusters of the managed service.

    make binary
    ./kas-fleet-manager migrate
    ./kas-fleet-manager serve
`;

/** The OpenShift template that the deployer processes; `revision` counts its parameters. */
export function templateText(parameters: readonly string[]): string {
  const list = ['IMAGE_TAG', 'REPLICAS', ...parameters].map((name) => `- name: ${name}\n`).join('');
  const flags = parameters.map(
    (name) => `            - --${name.toLowerCase().replaceAll('_', '-')}=\${${name}}\n`,
  );
  return `apiVersion: template.openshift.io/v1
kind: Template
metadata:
  name: kas-fleet-manager
parameters:
${list}objects:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: kas-fleet-manager
    labels:
      app: kas-fleet-manager
  spec:
    replicas: \${{REPLICAS}}
    selector:
      matchLabels:
        app: kas-fleet-manager
    template:
      metadata:
        labels:
          app: kas-fleet-manager
      spec:
        initContainers:
        - name: migration
          image: quay.io/app-sre/kas-fleet-manager:\${IMAGE_TAG}
          command: [kas-fleet-manager, migrate]
        containers:
        - name: service
          image: quay.io/app-sre/kas-fleet-manager:\${IMAGE_TAG}
          command:
            - kas-fleet-manager
            - serve
${flags.join('')}`;
}

/** The API's description. */
export function openapiText(paths: readonly string[]): string {
  const entries = paths
    .map(
      (path) => `  ${path}:
    get:
      responses:
        "200":
          description: What was asked for
`,
    )
    .join('');
  return `openapi: 3.0.1
info:
  title: Kafka Management API
  version: 1.${paths.length}.0
paths:
${entries}`;
}
