/**
 * A body is not what its format says. The message says what is wrong and where, e.g. `resourceSpans[0].scopeSpans: must be an
 * array`, and is shown to the client: it never holds an attribute's value.
 */
export class FormatError extends Error {
  override name = 'FormatError';
}
