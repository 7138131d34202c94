import { after } from 'node:test';
import { parseArgs } from 'node:util';
import { livingSuite } from './living.ts';
import { readingSuite } from './reading.ts';
import { runningSuite } from './running.ts';
import { openWorld } from './world.ts';
import { writingSuite } from './writing.ts';

// Runs against any cluster: npm run test:conformance -- --kubeconfig FILE [--context NAME] [--namespace NAME]
const { values } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    namespace: { type: 'string', short: 'n' },
  },
});
const world = await openWorld(values);
const { name, server, namespace, user } = world.kubernetes.context;
const where = world.isOwn ? `${namespace}, made for this` : `${namespace}, as it is`;
console.log(`# ${server} (context ${name}, user ${user}), namespace ${where}`);
after(() => world.cleanUp());
readingSuite(world);
writingSuite(world);
livingSuite(world);
runningSuite(world);
