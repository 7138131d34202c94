import type { PreviewDocument } from '../engine/preview.ts';
import { PreviewScreen } from './screens/preview-screen.tsx';
import { mount, type Streams } from './terminal.tsx';

export interface PreviewScreenOptions {
  readonly document: PreviewDocument;
  readonly streams?: Streams;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Shows a preview until the operator leaves it. */
export async function runPreview({
  document,
  streams,
  env = process.env,
}: PreviewScreenOptions): Promise<void> {
  await mount((leave) => <PreviewScreen document={document} onLeave={leave} />, {
    env,
    ...(streams === undefined ? {} : { streams }),
  });
}
