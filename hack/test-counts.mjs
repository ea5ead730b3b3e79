// Prints "passed failed skipped" of a JSON report that vitest or Playwright wrote.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { stats } = report
const counts = stats
  ? [stats.expected + stats.flaky, stats.unexpected + report.errors.length, stats.skipped]
  : [report.numPassedTests, report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0), report.numPendingTests + report.numTodoTests]
console.log(counts.join(' '))
