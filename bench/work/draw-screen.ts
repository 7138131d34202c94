import { runStatus } from '../../src/view/run-status.tsx';
import { givePictures } from '../harness/pictures.ts';

// The screen of `rollbook status`, fed from the same process.

await runStatus({ context: 'bench', namespace: 'shop', follow: givePictures });
process.exit(0);
