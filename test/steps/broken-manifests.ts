import type { JsonObject } from '../../src/ports/json.ts';
import { applying } from './applying.ts';

export function web(container: object, more: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 8080 }], ...container }] },
      },
      ...more,
    },
  };
}

export const service = (selector: JsonObject) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
});
export const config = (data: object, name = 'flags') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
export const file = (...objects: readonly object[]) =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');
export const image = (object: { spec: { template: { spec: { containers: { image: string }[] } } } }) =>
  object.spec.template.spec.containers[0]?.image;

/** The good commit, and a bad one that is what the cluster has. */
export async function broken() {
  const world = await applying();
  const good = world.git.commit('Good', {
    'k8s/web.yaml': file(
      web({
        image: 'web:1',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
    ),
    'k8s/config.yaml': file(config({ LIMIT: '100' })),
  });
  const bad = [
    web({
      image: 'web:2',
      env: [
        { name: 'A', value: '1' },
        { name: 'C', value: '3' },
      ],
      command: ['serve', '--fast'],
    }),
    config({ LIMIT: '100', EXTRA: 'yes' }),
  ];
  world.git.commit('Bad', {
    'k8s/web.yaml': file(...bad.slice(0, 1)),
    'k8s/config.yaml': file(...bad.slice(1)),
  });
  for (const object of bad) await world.applied(object);
  return { ...world, good };
}
