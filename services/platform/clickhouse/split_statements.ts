/**
 * Cuts a script into its statements at the semicolons that are none of a text, a quoted name or a comment. Comments go.
 */

/** One piece of SQL that is skipped as a whole, or any other character. */
const PIECE =
  /--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`|[\s\S]/g;

/** The statements of a script, without comments, semicolons and white space around them; empty ones are left out. */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let statement = '';
  for (const [piece] of script.matchAll(PIECE)) {
    if (piece === ';') {
      statements.push(statement);
      statement = '';
    } else {
      statement += isComment(piece) ? ' ' : piece;
    }
  }
  statements.push(statement);
  return statements.map((text) => text.trim()).filter((text) => text !== '');
}

function isComment(piece: string): boolean {
  return piece.startsWith('--') || piece.startsWith('/*') || (piece.startsWith('#') && piece.length > 1);
}
