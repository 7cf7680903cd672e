/** Prints the one line that says how a whole run ended: `N passed, N failed, N skipped`. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even load has no failed test of its own; it must count as a failure all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
    // Other reporters still write after this; the line is the last of all.
    process.once('exit', () => console.log(line));
  }
}
