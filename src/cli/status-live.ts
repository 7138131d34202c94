import type { KubernetesLooks } from '../adapters/kubernetes/looks.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import type { StatusFlags } from './status.ts';
export async function followStatus(
  _r: KubernetesLooks,
  _f: StatusFlags,
  _s: boolean,
  _io: Io,
): Promise<ExitCode> {
  return EXIT.succeeded;
}
