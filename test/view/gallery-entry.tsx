import { runHome } from '../../src/view/run-home.tsx';
import { runPreview } from '../../src/view/run-preview.tsx';
import { runScreen } from '../../src/view/run-screen.tsx';
import { home, preview } from './documents.ts';
import { fakeClient } from './fake-client.ts';
import { scenes } from './scenes.ts';
import { START } from './sessions.ts';

const [name = 'confirm'] = process.argv.slice(2);
const now = () => START + 60_000 + Math.floor(performance.now());

if (name === 'home') {
  console.log(await runHome({ load: async () => home, now }));
} else if (name === 'preview') {
  await runPreview({ document: preview });
} else {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`No scene ${name}; there are ${Object.keys(scenes).join(', ')}`);
  const client = fakeClient(scene);
  const { reason } = await runScreen({ client, now });
  console.log(reason, JSON.stringify(client.asked));
}
process.exit(0);
