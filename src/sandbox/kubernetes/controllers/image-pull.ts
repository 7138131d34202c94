import type { Application } from './application.ts';
import { backOffMs } from './back-off.ts';
import type { Phase } from './container-state.ts';
import type { Node, Tell } from './pod-reporter.ts';
import type { PodTimers } from './pod-timers.ts';

/** How long a pull that fails shows `ErrImagePull` before `ImagePullBackOff`. */
const SHOW_ERROR_MS = 800;
/** A registry says quickly that it has no such image. */
const REFUSED_MS = 500;

export interface ImagePullOptions {
  readonly image: string;
  readonly node: Node;
  readonly timers: PodTimers;
  readonly application: () => Application;
  readonly tell: Tell;
  readonly become: (phase: Phase) => void;
  readonly done: () => void;
}

/** Gets an image onto the node, as often as it takes. */
export class ImagePull {
  readonly #options: ImagePullOptions;
  #failures = 0;

  constructor(options: ImagePullOptions) {
    this.#options = options;
  }

  begin(): void {
    const { image, node, timers, application, tell, done } = this.#options;
    const { imageExists, pullSeconds } = application();
    if (imageExists && node.images.has(image)) {
      tell('Normal', 'Pulled', `Container image "${image}" already present on machine`);
      done();
      return;
    }
    tell('Normal', 'Pulling', `Pulling image "${image}"`);
    const wait = imageExists ? pullSeconds * 1000 : REFUSED_MS;
    timers.after('start', wait, () => (application().imageExists ? this.#pulled(wait) : this.#failed()));
  }

  #pulled(took: number): void {
    const { image, node, tell, done } = this.#options;
    node.images.add(image);
    const time = `${Math.round(took)}ms`;
    const message = `Successfully pulled image "${image}" in ${time} (${time} including waiting). Image size: 84211734 bytes.`;
    tell('Normal', 'Pulled', message);
    done();
  }

  #failed(): void {
    const { image, timers, tell, become } = this.#options;
    const cause = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    tell('Warning', 'Failed', `Failed to pull image "${image}": ${cause}`);
    tell('Warning', 'Failed', 'Error: ErrImagePull');
    become({ waiting: { reason: 'ErrImagePull', message: cause } });
    this.#failures += 1;
    timers.after('start', SHOW_ERROR_MS, () => {
      const message = `Back-off pulling image "${image}"`;
      tell('Normal', 'BackOff', message);
      tell('Warning', 'Failed', 'Error: ImagePullBackOff');
      become({ waiting: { reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${cause}` } });
      timers.after('start', backOffMs(this.#failures), () => this.begin());
    });
  }
}
