import type { Benchmark } from '../harness/benchmark.ts';
import { startCluster } from '../harness/cluster.ts';
import { cleanEnv, launcher, onPath, wallMs } from '../harness/programs.ts';
import { compared, interleaved, unmeasured } from '../harness/rounds.ts';

/** One look at a namespace of 100 pods. */
export const statusOnce: Benchmark = {
  name: 'status-once',
  async run(context) {
    const described = {
      name: 'status-once',
      what: 'one look at 100 pods',
      peer: 'kubectl get pods',
      unit: 'ms',
      goal: 1.3,
      command: 'rollbook status --once',
    };
    const kubectl = onPath('kubectl');
    if (kubectl === undefined) return [unmeasured(described, 'kubectl is not on PATH')];
    const cluster = await startCluster(context, 100);
    try {
      const env = cleanEnv(context, { KUBECONFIG: cluster.kubeconfig });
      const measured = await interleaved(
        {
          ours: () => wallMs([process.execPath, launcher(context), 'status', '--once'], env),
          theirs: () => wallMs([kubectl, 'get', 'pods'], env),
        },
        context.rounds * 3,
      );
      return [compared(described, measured.ours, measured.theirs)];
    } finally {
      cluster.stop();
    }
  },
};
