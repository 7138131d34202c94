#!/usr/bin/env node
// CommonJS that any Node understands: an old one must be able to say what is missing.
'use strict';
const fs = require('fs');
const path = require('path');

const root = path.join(__dirname, '..');
const oldest = [22, 19];

function isRecent(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > oldest[0] || (parts[0] === oldest[0] && parts[1] >= oldest[1]);
}

function fail(message) {
  process.stderr.write(`rollbook: ${message}\n`);
  process.exitCode = 2;
}

/** Without the stream, whose making costs as much as all the rest; a pipe that is full is left to it. */
function print(text) {
  try {
    fs.writeSync(1, text);
  } catch (error) {
    if (error.code !== 'EAGAIN') return;
    process.stdout.write(text);
  }
}

/** The Node that npm installed beside us, when there is one. */
function installedNode() {
  try {
    const manifest = require.resolve('node/package.json', { paths: [root] });
    const node = path.join(path.dirname(manifest), 'bin', 'node');
    return fs.existsSync(node) ? node : undefined;
  } catch (_) {
    return undefined;
  }
}

/** Same terminal, same exit code, same signals. */
function handOver(node) {
  let child;
  // Before there is a child, so that no signal can come between. Ctrl-C reaches the child by the terminal.
  process.on('SIGINT', () => {});
  for (const name of ['SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(name, () => child.kill(name));
  child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
    env: Object.assign({}, process.env, { ROLLBOOK_HANDED_OVER: '1' }),
  });
  child.on('error', (error) => fail(`the Node.js at ${node} could not be started: ${error.message}.`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const WORLDS = { run: 'INCIDENT', drill: 'DRILL', status: 'STATUS' };
const LINES = ['--plain', '--json', '--yes', '--auto', '--confirm', '--answer', '--once', '-h', '--help'];

function isAskedForLines(args, flags) {
  return args.some((arg) => flags.indexOf(arg.replace(/=.*/, '')) >= 0);
}

const GROWING_UP_MS = 5000;

/**
 * What is needed to begin is garbage soon: for some seconds the heap does not grow for its sake. Later it grows where
 * a flood keeps it busy: collecting all the time would cost more than the memory is worth.
 */
function keepHeapSmall() {
  const { setFlagsFromString } = require('v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
  setTimeout(() => {
    setFlagsFromString('--semi-space-growth-factor=2');
    setFlagsFromString('--no-optimize-for-size');
  }, GROWING_UP_MS).unref();
}

/**
 * The first frame, before anything is loaded. Whoever draws the next one takes the screen over; whoever prints a
 * line instead leaves it first.
 */
function drawSkeleton(args) {
  const world = args.length === 0 ? 'ROLLBOOK' : WORLDS[args[0]];
  const { isatty } = require('tty');
  if (world === undefined || isAskedForLines(args, LINES) || !isatty(0) || !isatty(1)) return undefined;
  let isUp = true;
  const leave = () => {
    if (isUp) fs.writeSync(1, '\u001b[?25h\u001b[?1049l');
    takeOver();
  };
  const interrupted = () => {
    leave();
    process.exit(130);
  };
  const takeOver = () => {
    isUp = false;
    process.removeListener('SIGINT', interrupted);
    process.removeListener('exit', leave);
  };
  process.once('SIGINT', interrupted);
  process.once('exit', leave);
  fs.writeSync(1, `\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H ${world}   starting …`);
  return {
    leave,
    takeOver() {
      takeOver();
      // With the first frame drawn: to load Ink, a heap that may grow is faster.
      setTimeout(keepHeapSmall, 0).unref();
    },
  };
}

function start() {
  const [flag, more] = process.argv.slice(2);
  const only = more === undefined ? flag : undefined;
  if (only === '--version' || only === '-V') {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    print(`${manifest.version}\n`);
    return;
  }
  const help = path.join(root, 'dist', 'help.txt');
  if ((only === '--help' || only === '-h') && fs.existsSync(help)) {
    print(fs.readFileSync(help, 'utf8'));
    return;
  }
  if (!isRecent(process.versions.node)) {
    const node = process.env.ROLLBOOK_HANDED_OVER ? undefined : installedNode();
    if (node !== undefined) handOver(node);
    else
      fail(
        `it needs Node.js ${oldest.join('.')} or later, and was started with ${process.versions.node}. ` +
          `Install a newer one, or run \`npm install\` in ${root}, which brings one along.`,
      );
    return;
  }
  const args = process.argv.slice(2);
  const isStatus = args[0] === 'status' && !isAskedForLines(args, ['-h', '--help']);
  // Two that should not wait for the parser of all commands.
  const program = isStatus ? 'status.js' : args.length === 0 ? 'home.js' : 'main.js';
  const main = path.join(root, 'dist', program);
  if (!fs.existsSync(main)) {
    fail(`it is not built yet: run \`npm install\` (or \`npm run build\`) in ${root}.`);
    return;
  }
  const skeleton = drawSkeleton(args);
  require('module').enableCompileCache();
  import(require('url').pathToFileURL(main).href).then(
    (loaded) => loaded.main && loaded.main(isStatus ? args.slice(1) : args, skeleton),
    (error) => {
      if (skeleton !== undefined) skeleton.leave();
      throw error;
    },
  );
}

start();
