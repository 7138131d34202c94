import type { HomeChoice, HomeModel } from './home.ts';
import { HomeLoading } from './screens/home-loading.tsx';
import { HomeScreen } from './screens/home-screen.tsx';
import { mount, type Streams } from './terminal.tsx';

export interface HomeOptions {
  /** Called once the first frame is drawn. */
  readonly load: () => Promise<HomeModel>;
  readonly streams?: Streams;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The home screen, until something is chosen; the caller does it, and may come back. Throws what `load` throws. */
export async function runHome({
  load,
  streams,
  now = Date.now,
  env = process.env,
}: HomeOptions): Promise<HomeChoice> {
  let choice: HomeChoice = { action: 'quit' };
  let failure: { readonly error: unknown } | undefined;
  let show: (model: HomeModel) => void = () => undefined;
  let end = () => {};
  const mounted = mount(
    (leave) => {
      end = leave;
      return (
        <HomeLoading
          onReady={(shown) => {
            show = shown;
          }}
          onLeave={leave}
          draw={(model) => (
            <HomeScreen
              model={model}
              now={now()}
              onChoice={(made) => {
                choice = made;
                leave();
              }}
            />
          )}
        />
      );
    },
    { env, ...(streams === undefined ? {} : { streams }) },
  );
  // After the first frame: reading takes longer than drawing.
  await new Promise(setImmediate);
  load().then(
    (model) => show(model),
    (error: unknown) => {
      failure = { error };
      end();
    },
  );
  await mounted;
  if (failure !== undefined) throw failure.error;
  return choice;
}
