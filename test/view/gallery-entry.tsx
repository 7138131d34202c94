import { runScreen } from '../../src/view/run-screen.tsx';
import { fakeClient } from './fake-client.ts';
import { scenes } from './scenes.ts';
import { START } from './sessions.ts';

const [name = 'confirm'] = process.argv.slice(2);
const scene = scenes[name];
if (scene === undefined) throw new Error(`No scene ${name}; there are ${Object.keys(scenes).join(', ')}`);
const client = fakeClient(scene);
const { reason } = await runScreen({ client, now: () => START + 60_000 + Math.floor(performance.now()) });
console.log(reason, JSON.stringify(client.asked));
process.exit(0);
