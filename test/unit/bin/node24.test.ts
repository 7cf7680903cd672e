import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const SCRIPT = join(ROOT, 'bin/node24');
/** What the script needs of a POSIX system, so that the real node and npm stay out of its sight. */
const TOOLS = ['sh', 'dirname', 'uname', 'mkdir', 'mv', 'rm', 'cat'];

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spanmill-node24-'));
  path = join(directory, 'bin');
  mkdirSync(path);
  for (const tool of TOOLS) {
    const found = (process.env['PATH'] ?? '')
      .split(':')
      .map((one) => join(one, tool))
      .find(existsSync);
    symlinkSync(found ?? `/bin/${tool}`, join(path, tool));
  }
});

/** A stand-in that answers as `node -p` would. */
const node = (major: number) => `#!/bin/sh\necho ${major}\n`;

/** npm that "installs" the node of a major version where it is told to, and notes its arguments. */
const npm = (major: number) => `#!/bin/sh
echo "$@" > "${directory}/npm-arguments"
for package; do :; done
bin="$3/node_modules/\${package%@*}/bin"
mkdir -p "$bin"
printf '%s\\n' '#!/bin/sh' 'echo ${major}' > "$bin/node"
/bin/chmod +x "$bin/node"
`;

function program(name: string, text: string): void {
  writeFileSync(join(path, name), text, { mode: 0o755 });
}

function run(homeSetting = join(directory, 'home')) {
  const home = join(directory, 'home');
  const { status, stdout, stderr } = spawnSync('/bin/sh', [SCRIPT], {
    cwd: directory,
    env: { PATH: path, SPANMILL_HOME: homeSetting },
    encoding: 'utf8',
  });
  return { status, stdout: stdout.trim(), stderr, home };
}

describe('bin/node24', () => {
  test("prints the machine's own node where it is new enough, and fetches nothing", () => {
    program('node', node(26));
    expect(run()).toMatchObject({ status: 0, stdout: join(path, 'node'), stderr: '' });
  });

  test('fetches one beside an older node, once', () => {
    program('node', node(20));
    program('npm', npm(24));
    const first = run();
    expect(first.stderr).toContain('the Node.js here has major version 20; fetching version 24');
    expect(first.stdout).toMatch(/home\/node\/node_modules\/node-(linux|darwin)-(x64|arm64)\/bin\/node$/);
    expect(first.status).toBe(0);
    expect(readdirSync(first.home)).toEqual(['node']);
    expect(run()).toMatchObject({ status: 0, stdout: first.stdout, stderr: '' });
  });

  test('takes a relative SPANMILL_HOME from the checkout, wherever it is called', () => {
    program('node', node(20));
    program('npm', npm(24));
    const { status, home } = run(relative(ROOT, join(directory, 'home')));
    expect(status).toBe(0);
    expect(readdirSync(home)).toEqual(['node']);
  });

  test('fetches a pinned range, without install scripts', () => {
    program('node', node(18));
    program('npm', npm(24));
    run();
    const { stdout } = spawnSync('cat', [join(directory, 'npm-arguments')], { encoding: 'utf8' });
    expect(stdout).toMatch(/--ignore-scripts .*node-\w+-\w+@\^24\.\d+\.\d+$/m);
  });

  test('says that node is missing, why it is needed, and how to install it', () => {
    const { status, stdout, stderr } = run();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^spanmill: node is missing: .*apt-get install.*\(Debian\).*brew install.*\(macOS\)\n$/,
    );
  });

  test('says that npm is missing', () => {
    program('node', node(20));
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^spanmill: npm is missing: .*Debian.*macOS.*\n$/);
  });

  test('says that node is too old even for fetching', () => {
    program('node', node(16));
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^spanmill: node is too old .*16.*\n$/);
  });

  test('a fetch that fails leaves nothing behind and says what to do', () => {
    program('node', node(20));
    program('npm', '#!/bin/sh\nexit 1\n');
    const { status, stderr, home } = run();
    expect(status).toBe(1);
    expect(stderr).toContain('Node.js 24 could not be fetched');
    expect(readdirSync(home)).toEqual([]);
  });

  test('a fetched node that does not run here is not kept', () => {
    program('node', node(20));
    program('npm', npm(0));
    const { status, stderr, home } = run();
    expect(status).toBe(1);
    expect(stderr).toContain('does not run here');
    expect(readdirSync(home)).toEqual([]);
  });
});
