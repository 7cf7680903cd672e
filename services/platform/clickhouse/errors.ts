/**
 * What can go wrong with ClickHouse, as two answers to the one question that callers have: is it of use to try again?
 *
 * Only codes that clearly speak of the rows are a refusal. Everything else (a connection, memory, too many parts, a missing
 * table, a server without room) is taken to pass, because a wrong refusal would throw away good rows, and a wrong retry waits.
 */
import { ClickHouseError } from '@clickhouse/client';

/** The server read the rows and will not have them. The same rows will be refused again. */
export class ClickHouseRefusedError extends Error {
  override name = 'ClickHouseRefusedError';
  /** ClickHouse's number and name, e.g. 469 and VIOLATED_CONSTRAINT. */
  readonly code: number;
  readonly type: string;

  constructor(message: string, code: number, type: string, options: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.type = type;
  }
}

/** The server could not be reached, did not answer, or could not do it now. */
export class ClickHouseUnavailableError extends Error {
  override name = 'ClickHouseUnavailableError';
}

/** The server refuses a statement: its text is wrong, or what it names is not there. Only from `query` and `command`. */
export class ClickHouseStatementError extends Error {
  override name = 'ClickHouseStatementError';
}

/** Codes that speak of the data alone. The names are checked against a server by test/contract/clickhouse. */
export const REFUSAL_CODES: ReadonlyMap<number, string> = new Map([
  [6, 'CANNOT_PARSE_TEXT'],
  [27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
  [38, 'CANNOT_PARSE_DATE'],
  [41, 'CANNOT_PARSE_DATETIME'],
  [69, 'ARGUMENT_OUT_OF_BOUND'],
  [70, 'CANNOT_CONVERT_TYPE'],
  [72, 'CANNOT_PARSE_NUMBER'],
  [117, 'INCORRECT_DATA'],
  [128, 'TOO_LARGE_ARRAY_SIZE'],
  [131, 'TOO_LARGE_STRING_SIZE'],
  [153, 'ILLEGAL_DIVISION'],
  [190, 'SIZES_OF_ARRAYS_DONT_MATCH'],
  [321, 'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE'],
  [349, 'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN'],
  [376, 'CANNOT_PARSE_UUID'],
  [395, 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
  [407, 'DECIMAL_OVERFLOW'],
  [469, 'VIOLATED_CONSTRAINT'],
  [691, 'UNKNOWN_ELEMENT_OF_ENUM'],
]);

/** TOO_MANY_PARTS means merges that lag, but for one case: a block that spans too many days. Its halves span fewer. */
const TOO_MANY_PARTS = 252;
const TOO_MANY_PARTITIONS = 'Too many partitions';

/** What is wrong with a statement itself, or with the rights to it: of no use to repeat, and to be seen by who sent it. */
const STATEMENT_CODES: ReadonlySet<number> = new Set([
  16, 20, 36, 42, 43, 44, 46, 47, 48, 53, 57, 59, 60, 62, 63, 80, 81, 82, 115, 179, 184, 215, 344, 386, 456,
  457, 497, 516,
]);

/** The error of an insert, in our terms. */
export function insertError(error: unknown): ClickHouseRefusedError | ClickHouseUnavailableError {
  if (error instanceof ClickHouseError) {
    const code = Number(error.code);
    const tooManyPartitions = code === TOO_MANY_PARTS && error.message.includes(TOO_MANY_PARTITIONS);
    if (REFUSAL_CODES.has(code) || tooManyPartitions) {
      return new ClickHouseRefusedError(describe(error), code, error.type ?? '', { cause: error });
    }
  }
  return new ClickHouseUnavailableError(describe(error), { cause: error });
}

/** The error of a query or command, in our terms. */
export function statementError(error: unknown): ClickHouseStatementError | ClickHouseUnavailableError {
  const cause = { cause: error };
  if (!(error instanceof ClickHouseError)) return new ClickHouseUnavailableError(describe(error), cause);
  const code = Number(error.code);
  return STATEMENT_CODES.has(code) || REFUSAL_CODES.has(code)
    ? new ClickHouseStatementError(describe(error), cause)
    : new ClickHouseUnavailableError(describe(error), cause);
}

function describe(error: unknown): string {
  if (error instanceof ClickHouseError) {
    return `ClickHouse: code ${error.code} ${error.type ?? ''}: ${error.message.trim()}`;
  }
  return `ClickHouse: ${error instanceof Error ? error.message || error.name : String(error)}`;
}
