/** The audit's SQL: files beside this one, with `${name}` for what differs. */
import { readFileSync } from 'node:fs';
import { splitStatements } from '../../../services/platform/clickhouse/split_statements.ts';

export type Names = Readonly<Record<string, string | number>>;

/** The statements of a file, in order. Throws where it names something that has no value. */
export function statementsOf(file: string, names: Names): string[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return splitStatements(text).map((statement) =>
    statement.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = names[name];
      if (value === undefined) throw new Error(`${file} names ${name}, which has no value`);
      return String(value);
    }),
  );
}

/** Of a file with one statement. */
export function statementOf(file: string, names: Names): string {
  const [statement, second] = statementsOf(file, names);
  if (statement === undefined || second !== undefined) throw new Error(`${file} is not one statement`);
  return statement;
}
