import { expect, test } from '@jest/globals';
import { readArguments } from '../../interop/arguments.ts';

const KNOWN = ['a', 'b'];

test('runs all clients, or those that are named', () => {
  expect(readArguments([], KNOWN)).toEqual({ wantsHelp: false, only: null });
  expect(readArguments(['--only', 'b,a'], KNOWN)).toEqual({ wantsHelp: false, only: ['b', 'a'] });
  expect(readArguments(['--help'], KNOWN).wantsHelp).toBe(true);
});

test.each([[['--only', 'c']], [['--only']], [['--all']], [['--only', 'a', 'b']]])('refuses %j', (argv) => {
  expect(() => readArguments(argv, KNOWN)).toThrow();
});
