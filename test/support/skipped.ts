/** Says which tests are skipped for something that the machine lacks. Throws in CI, where nothing may be skipped. */
export function tellSkipped(of: string, reason: string): void {
  if (process.env['CI'] === 'true') throw new Error(reason);
  process.stderr.write(`tests of ${of} are skipped: ${reason}\n`);
}
