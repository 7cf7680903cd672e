/** An error and its causes in one line, for the user; the log has it with its stack. */
export function oneLine(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current !== undefined && current !== null;) {
    const message = current instanceof Error ? current.message : JSON.stringify(current);
    // Some wrap an error and repeat its words.
    if (!parts.some((part) => part.includes(message))) parts.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ').replaceAll(/\s*\n\s*/g, ' ');
}
