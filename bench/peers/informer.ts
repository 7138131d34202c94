import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';

// The informer of the official client, without a screen: pods in a cache, every change heard.

const config = new KubeConfig();
config.loadFromFile(process.argv[2] ?? '');
const api = config.makeApiClient(CoreV1Api);
const informer = makeInformer(config, '/api/v1/namespaces/shop/pods', () =>
  api.listNamespacedPod({ namespace: 'shop' }),
);
let changes = 0;
for (const verb of ['add', 'update', 'delete'] as const)
  informer.on(verb, () => {
    changes += 1;
  });
informer.on('error', (error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  setTimeout(() => void informer.start(), 1000);
});
await informer.start();
process.stdout.write('synced\n');
process.on('SIGTERM', () => {
  process.stdout.write(`${changes}\n`);
  process.exit(0);
});
