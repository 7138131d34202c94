import { readFile } from 'node:fs/promises';
import { readAll } from '../byte-queue.ts';
import { absolute } from '../container-folder.ts';
import { reasonOf } from '../file-trouble.ts';
import type { Program, Programs } from '../program.ts';
import { Interpreter } from './interpreter.ts';

const NOT_FOUND = 127;

/**
 * sh and bash of a container: lists, pipes, redirections, conditions and loops over the programs that `programs` has.
 * It starts nothing else, so that whatever is typed stays in the container.
 */
export function shellProgram(programs: () => Programs): Program {
  return async (context) => {
    const [name = 'sh', ...args] = context.argv;
    const options = { stopAtFailure: false, failInPipes: false };
    let script: string | undefined;
    while (args[0]?.startsWith('-') === true || args[0] === 'pipefail') {
      const flag = args.shift() ?? '';
      if (flag === 'pipefail') options.failInPipes = true;
      if (/^-[a-z]*e/.test(flag)) options.stopAtFailure = true;
      if (/^-[a-z]*c$/.test(flag)) {
        script = args.shift();
        if (script === undefined) {
          context.stderr(`${name}: -c: option requires an argument\n`);
          return 2;
        }
        break;
      }
    }
    if (script === undefined && args[0] !== undefined) {
      try {
        script = await readFile(context.files.real(absolute(context.cwd, args[0])), 'utf8');
      } catch (error) {
        context.stderr(`${name}: ${args[0]}: ${reasonOf(error)}\n`);
        return NOT_FOUND;
      }
    } else if (args.length === 0) args.unshift(name);
    script ??= (await readAll(context.stdin)).toString('utf8');
    return new Interpreter(context, programs(), args, options).run(script);
  };
}
