/** Clients in JavaScript: packages of this checkout, under this process' own Node.js. */
import { join } from 'node:path';
import type { Command, Toolchain } from '../client.ts';

const SCRIPTS = join(import.meta.dirname, '../node');

export const nodeToolchain: Toolchain = { name: 'Node.js', prepare: () => Promise.resolve() };

export function node(script: string, env: Readonly<Record<string, string>>): Command {
  return { command: process.execPath, args: [join(SCRIPTS, script)], env: { ...env, NODE_OPTIONS: '' } };
}
