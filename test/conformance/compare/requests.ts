import { http, type Step } from './step.ts';

export const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const APPLY = 'application/apply-patch+yaml';
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
export const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
export const METADATA_LIST =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

export const IMAGE = 'banking.local/web:v1';
export const core = '/api/v1/namespaces/NS';
export const apps = '/apis/apps/v1/namespaces/NS';
export const web = `${apps}/deployments/web`;
export const service = `${core}/services/web`;

export const template = (labels: object, image = IMAGE, env: object[] = []) => ({
  metadata: { labels },
  spec: {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'web',
        image,
        imagePullPolicy: 'Never',
        env: [{ name: 'APP', value: 'frontend' }, ...env],
        ports: [{ containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
      },
    ],
  },
});

export const deployment = (
  name: string,
  more: object = {},
  labels: Record<string, string> = { app: name },
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: template(labels), ...more },
});

export const webService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};

export const manifest = JSON.stringify(deployment('other', { replicas: 1 }));
export const ready = (name: string, count = 2): Step => ({
  until: `get deployment ${name} -o jsonpath={.status.readyReplicas}/{.status.updatedReplicas}/{.status.replicas}`,
  prints: new RegExp(`^${count}/${count}/${count}$`),
});
export const patch = (path: string, type: string, body: unknown) => http('PATCH', path, body, { type });
