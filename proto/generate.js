/**
 * Turns the .proto files beside it into proto/generated (JavaScript and its types), which is committed.
 *
 *     node proto/generate.js            writes
 *     node proto/generate.js --check    fails where the committed files are not what this would write
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { pbjs, pbts } from 'protobufjs-cli';

const here = import.meta.dirname;
const generated = join(here, 'generated');
const runPbjs = promisify(pbjs.main);
const describeTypes = promisify(pbts.process);

const STATIC_MODULE = [
  ...['-t', 'static-module', '-w', 'esm', '-r', 'spanmill', '-p', here],
  ...['--dependency', 'protobufjs/minimal.js'],
  ...['--no-verify', '--no-delimited', '--no-typeurl', '--no-service'],
];

/** The types come from the comments, which the JavaScript itself does without: a third of its size. */
async function generate() {
  const sources = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.proto'))
    .sort()
    .map((name) => join(here, name));
  const commented = await runPbjs([...STATIC_MODULE, ...sources]);
  return {
    'index.js': await runPbjs([...STATIC_MODULE, '--no-comments', ...sources]),
    'index.d.ts': await describeTypes(commented, ['--no-comments']),
  };
}

function committed(name) {
  try {
    return readFileSync(join(generated, name), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

const files = Object.entries(await generate());
if (process.argv.includes('--check')) {
  const stale = files
    .filter(([name, text]) => committed(name) !== text)
    .map(([name]) => join(generated, name));
  if (stale.length > 0) {
    const names = stale.map((name) => relative(process.cwd(), name)).join(', ');
    console.error(`${names}: not what the .proto files give; run "node proto/generate.js" and commit`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(generated, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(generated, name), text);
}
