import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SETTINGS } from '../../../services/query/config.ts';

const README = readFileSync(join(import.meta.dirname, '../../../services/query/README.md'), 'utf8');

describe('the README of the query service', () => {
  it('lists every setting of its own as the table in config.ts has it', () => {
    const rows = Object.values(SETTINGS)
      .filter((setting) => setting.env.startsWith('SPANMILL_QUERY_'))
      .map(
        ({ env, default: value, unit, meaning }) => `| \`${env}\` | \`${value}\` | ${unit} | ${meaning} |`,
      );
    expect(README).toContain(`|---|---|---|---|\n${rows.join('\n')}\n`);
  });
});
