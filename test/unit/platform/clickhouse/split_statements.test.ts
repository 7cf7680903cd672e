import { describe, expect, it } from '@jest/globals';
import { splitStatements } from '../../../../services/platform/clickhouse/split_statements.ts';

describe('a script of statements', () => {
  it('is cut at its semicolons, without white space and empty statements', () => {
    expect(splitStatements(' SELECT 1 ;\n\n;SELECT\n2;;')).toEqual(['SELECT 1', 'SELECT\n2']);
  });

  it('is not cut inside texts and quoted names', () => {
    const statements = ["SELECT 'a;b', 'it''s; \\'so;'", 'SELECT "a;b""c;"', 'SELECT `a;\\`b;`'];
    expect(splitStatements(statements.join(';'))).toEqual(statements);
  });

  it('loses its comments, whatever stands in them', () => {
    expect(splitStatements("-- it's; nothing\nSELECT 1 /* ; ' */ + 2; # ' more ;\nSELECT 3 -- end")).toEqual([
      'SELECT 1   + 2',
      'SELECT 3',
    ]);
  });

  it('keeps what only looks like a comment', () => {
    expect(splitStatements("SELECT '--', '/*', 5 - -3, '#! x';SELECT 2")).toEqual([
      "SELECT '--', '/*', 5 - -3, '#! x'",
      'SELECT 2',
    ]);
  });
});
