import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/**
 * rollbook alone: the home screen, again after each preview; the list where there is no terminal. The screen is there
 * before the runbooks are read, and what is chosen is loaded when it is.
 */
export async function home(io: Io): Promise<ExitCode> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const [{ list }, { runbookFolders }] = await Promise.all([import('./list.ts'), import('./load.ts')]);
    await list({ json: false, folders: runbookFolders() }, io);
    io.out('\nrollbook --help lists the commands.');
    return EXIT.succeeded;
  }
  const { runHome } = await import('../view/run-home.tsx');
  io.takeScreen?.();
  for (;;) {
    const choice = await runHome({ load: async () => (await import('./home-model.ts')).homeModel() });
    if (choice.action === 'quit') return EXIT.succeeded;
    const { perform } = await import('./home-choices.ts');
    const code = await perform(choice, io);
    if (choice.action !== 'preview') return code;
  }
}
