import {
  APPLY,
  apps,
  core,
  JSON_PATCH,
  MERGE,
  patch,
  ready,
  STRATEGIC,
  service,
  web,
  webService,
} from './requests.ts';
import { http, type Step } from './step.ts';

export const PATCHING_WORKLOADS: readonly Step[] = [
  patch(web, MERGE, { metadata: { annotations: { a: 'b' } } }),
  patch(web, MERGE, { metadata: { labels: { a: 'b' } } }),
  patch(web, MERGE, { spec: { selector: { matchLabels: { app: 'x' } } } }),
  patch(web, MERGE, { spec: { template: { metadata: { labels: { app: 'x' } } } } }),
  patch(web, MERGE, { spec: { replicas: -1 } }),
  patch(web, MERGE, { spec: { replicas: 'x' } }),
  patch(web, MERGE, { spec: { replicas: 1.5 } }),
  patch(web, MERGE, { spec: { replicas: null } }),
  patch(web, MERGE, { spec: { replicas: 2, minReadySeconds: -1 } }),
  patch(web, MERGE, { spec: { paused: 'x' } }),
  patch(web, MERGE, { spec: { template: { spec: { containers: [] } } } }),
  patch(web, MERGE, { spec: { template: { spec: { containers: [{ name: 'web' }] } } } }),
  patch(web, STRATEGIC, { spec: { template: { spec: { containers: [{ image: 'x' }] } } } }),
  patch(web, STRATEGIC, {
    spec: { template: { spec: { containers: [{ name: 'web', $patch: 'delete' }] } } },
  }),
  patch(web, STRATEGIC, {
    spec: { template: { spec: { containers: [{ name: 'web', ports: [{ containerPort: 0 }] }] } } },
  }),
  patch(web, STRATEGIC, {
    spec: {
      template: { spec: { containers: [{ name: 'web', resources: { limits: { memory: 'much' } } }] } },
    },
  }),
  patch(web, STRATEGIC, {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'web', resources: { limits: { memory: '1Mi' }, requests: { memory: '2Mi' } } },
          ],
        },
      },
    },
  }),
  patch(web, STRATEGIC, {
    spec: { template: { spec: { containers: [{ name: 'web', readinessProbe: { periodSeconds: -1 } }] } } },
  }),
  patch(web, STRATEGIC, { spec: { template: { spec: { restartPolicy: 'Never' } } } }),
  patch(`${web}/status`, MERGE, { status: { replicas: 7 } }),
  patch(web, MERGE, { spec: { replicas: 2 } }),
  ready('web'),
  patch(`${web}/scale`, MERGE, { spec: { replicas: 3 } }),
  patch(`${web}/scale`, MERGE, { spec: { replicas: -3 } }),
  patch(`${web}/scale`, MERGE, { spec: { replicas: 'x' } }),
  patch(`${web}/scale`, MERGE, { metadata: { resourceVersion: '1' }, spec: { replicas: 3 } }),
  patch(`${web}/scale`, STRATEGIC, { spec: { replicas: 2 } }),
  patch(`${web}/scale`, JSON_PATCH, [{ op: 'replace', path: '/spec/replicas', value: 2 }]),
  http('PUT', `${web}/scale`, {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'web', namespace: 'NS' },
    spec: { replicas: 2 },
  }),
  http('PUT', `${web}/scale`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'NS' },
    spec: { replicas: 2 },
  }),
  patch(`${apps}/deployments/nosuch/scale`, MERGE, { spec: { replicas: 2 } }),
  ready('web'),
  http('GET', web, undefined, { managed: true }),
  http('PUT', service, { ...webService, metadata: { name: 'web', resourceVersion: '1' } }),
  http('PUT', service, webService),
  http('PUT', service, { ...webService, metadata: { name: 'other' } }),
  http('PUT', `${core}/services/nosuch`, { ...webService, metadata: { name: 'nosuch' } }),
  http('PUT', `${core}/configmaps/nosuch`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'nosuch' },
  }),
  http('PUT', `${core}/configmaps/web`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web' },
    data: { c: 'd' },
  }),
  patch(`${core}/configmaps/applied`, APPLY, 'x'),
  patch(`${core}/configmaps/applied?fieldManager=me`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
    data: { a: 'b' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
    data: { a: 'c' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you&force=true`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
    data: { a: 'c' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you&force=x`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you`, APPLY, {
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied', managedFields: [{}] },
  }),
  patch(`${core}/configmaps/applied?fieldManager=you`, APPLY, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'applied' },
    nosuch: 1,
  }),
  patch(`${core}/configmaps/applied?force=true`, MERGE, {}),
  http('GET', `${core}/configmaps/applied`, undefined, { managed: true }),
];
