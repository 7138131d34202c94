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

function start() {
  const [flag, more] = process.argv.slice(2);
  const only = more === undefined ? flag : undefined;
  if (only === '--version' || only === '-V') {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
    process.stdout.write(`${manifest.version}\n`);
    return;
  }
  const help = path.join(root, 'dist', 'help.txt');
  if ((only === '--help' || only === '-h') && fs.existsSync(help)) {
    process.stdout.write(fs.readFileSync(help));
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
  const [command, ...rest] = process.argv.slice(2);
  const isStatus = command === 'status' && !rest.some((arg) => arg === '-h' || arg === '--help');
  const main = path.join(root, 'dist', isStatus ? 'status.js' : 'main.js');
  if (!fs.existsSync(main)) {
    fail(`it is not built yet: run \`npm install\` (or \`npm run build\`) in ${root}.`);
    return;
  }
  require('module').enableCompileCache();
  const loaded = import(require('url').pathToFileURL(main).href);
  if (isStatus) loaded.then((status) => status.main(rest));
}

start();
