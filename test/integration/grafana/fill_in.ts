/**
 * What becomes of a query on its way through Grafana and its ClickHouse plugin 4.x: conditions for "All" first, then variables,
 * then the plugin's macros. Knows what the dashboards use, and throws at the rest.
 */
export interface Moment {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly intervalSeconds: number;
}

export type Values = Readonly<Record<string, string | readonly string[]>>;

const ALL = '$__all';

export function fillIn(sql: string, values: Values, moment: Moment): string {
  const filled = withMacros(withVariables(withConditions(sql, values), values), moment);
  if (filled.includes('$')) throw new Error(`not known to Grafana or its plugin: ${filled}`);
  return filled;
}

/** `$__conditionalAll(condition, $variable)`: the condition, or 1=1 where the variable stands for all or nothing. */
function withConditions(sql: string, values: Values): string {
  const macro = '$__conditionalAll(';
  const start = sql.lastIndexOf(macro);
  if (start < 0) return sql;
  const { parts, end } = argumentsAt(sql, start + macro.length);
  const [condition, variable = '', ...more] = parts;
  if (condition === undefined || more.length > 0) throw new Error(`takes two arguments: ${sql.slice(start)}`);
  const value = valueOf(variable.trim().slice(1), values).toString();
  const phrase = value === '' || value === ALL ? '1=1' : condition;
  return withConditions(sql.slice(0, start) + phrase + sql.slice(end), values);
}

/** Commas inside parentheses part no arguments; those inside brackets and quotes do, as in the plugin. */
function argumentsAt(sql: string, start: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let depth = 1;
  let from = start;
  for (let at = start; at < sql.length; at++) {
    const letter = sql[at];
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (depth === 0 || (letter === ',' && depth === 1)) {
      parts.push(sql.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return { parts, end: at + 1 };
  }
  throw new Error(`never closed: ${sql.slice(start)}`);
}

function withVariables(sql: string, values: Values): string {
  return sql.replaceAll(/\$\{(\w+):(\w+)\}/g, (_, name: string, format: string) => {
    const value = valueOf(name, values);
    const list = typeof value === 'string' ? [value] : value;
    if (format === 'raw') return list.join(',');
    if (format !== 'singlequote') throw new Error(`format ${format} of ${name}`);
    return list.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',');
  });
}

/**
 * Each with its parentheses: the plugin before 4.19 takes what is between the next ones for the arguments, however far they are,
 * and everything up to them for the macro.
 */
function withMacros(sql: string, { fromSeconds, toSeconds, intervalSeconds }: Moment): string {
  const from = `toDateTime(${fromSeconds})`;
  const to = `toDateTime(${toSeconds})`;
  return sql
    .replaceAll(
      /\$__timeFilter\(([\w.]+)\)/g,
      (_, column: string) => `${column} >= ${from} AND ${column} <= ${to}`,
    )
    .replaceAll(
      /\$__timeInterval\(([\w.]+)\)/g,
      (_, column: string) => `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds} second)`,
    )
    .replaceAll(/\$__fromTime\(\)/g, from)
    .replaceAll(/\$__toTime\(\)/g, to)
    .replaceAll(/\$__interval_s\(\)/g, String(intervalSeconds));
}

function valueOf(name: string, values: Values): string | readonly string[] {
  const value = values[name];
  if (value === undefined) throw new Error(`no variable ${name}`);
  return value;
}
