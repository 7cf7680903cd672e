#!/usr/bin/env node
/**
 * Names in package-lock.json the builds for other systems that npm left out: `node bin/complete-lock.js`,
 * to be run after `npm install`; `--check` only says whether something is missing.
 *
 * npm leaves out an optional package when the registry in use does not offer it, and then refuses its own lock file
 * (`npm ci`: "Missing: ... from lock file"). The parents name exact versions, so the entries follow from them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCK_FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony'];
const LIBCS = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/** The entries that are missing, by their place in the lock file. */
export function missingEntries({ packages }) {
  const missing = {};
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isLocked(packages, place, name)) missing[`node_modules/${name}`] = entryOf(name, version, entry);
    }
  }
  return missing;
}

/** Looked for as Node.js does: beside the dependent, then in every directory above. */
function isLocked(packages, dependent, name) {
  for (let at = dependent; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === '') return false;
  }
}

/** `@scope/name-linux-arm64-gnu` says for which machines it is. */
function entryOf(name, version, { dev }) {
  const words = name.split('/').at(-1).split('-');
  const index = words.findIndex((word) => SYSTEMS.includes(word));
  const cpu = words[index + 1];
  if (index < 0 || cpu === undefined || !/^\d/.test(version)) {
    throw new Error(
      `${name}@${version} is missing in the lock file, and its name does not say for which system it is`,
    );
  }
  const libc = words[index] === 'linux' ? LIBCS[words[index + 2]] : undefined;
  return {
    version,
    cpu: [cpu],
    ...(dev && { dev }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [words[index]],
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(LOCK_FILE, 'utf8'));
  const missing = missingEntries(lock);
  const names = Object.keys(missing);
  if (names.length > 0 && process.argv.includes('--check')) {
    console.error(`package-lock.json lacks ${names.join(', ')}: run bin/complete-lock.js`);
    process.exitCode = 1;
  } else if (names.length > 0) {
    const { '': root, ...others } = { ...lock.packages, ...missing };
    const sorted = Object.entries(others).sort(([a], [b]) => a.localeCompare(b, 'en'));
    lock.packages = { '': root, ...Object.fromEntries(sorted) };
    writeFileSync(LOCK_FILE, `${JSON.stringify(lock, null, 2)}\n`);
    console.log(`added ${names.length} packages to package-lock.json`);
  }
}
