import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { configurationTables, withConfiguration } from '../../../services/cli/docs.ts';
import { ALL_SETTINGS } from '../../../services/local/tables.ts';

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

describe("the README's configuration tables", () => {
  test('are those of today', () => {
    expect(withConfiguration(README)).toBe(README);
  });

  test('name every setting of the pipeline once', () => {
    const named = [...configurationTables().matchAll(/^\| `(\w+)`(?: or `\w+`)? \|/gm)].map(
      ([, name]) => name,
    );
    expect(named.sort()).toEqual(Object.keys(ALL_SETTINGS).sort());
  });

  test('need their markers', () => {
    expect(() => withConfiguration('# Another page')).toThrow('lacks its markers');
  });
});
