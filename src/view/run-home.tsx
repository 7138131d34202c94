import type { HomeChoice, HomeModel } from './home.ts';
import { HomeScreen } from './screens/home-screen.tsx';
import { mount, type Streams } from './terminal.tsx';

export interface HomeOptions {
  readonly model: HomeModel;
  readonly streams?: Streams;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The home screen, until something is chosen; the caller does it, and may come back. */
export async function runHome({
  model,
  streams,
  now = Date.now,
  env = process.env,
}: HomeOptions): Promise<HomeChoice> {
  let choice: HomeChoice = { action: 'quit' };
  await mount(
    (leave) => (
      <HomeScreen
        model={model}
        now={now()}
        onChoice={(made) => {
          choice = made;
          leave();
        }}
      />
    ),
    { env, ...(streams === undefined ? {} : { streams }) },
  );
  return choice;
}
