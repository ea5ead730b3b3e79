// Prints "passed failed skipped" of a JSON report that vitest or Playwright wrote, and then what failed, a test at a time.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { stats } = report
const counts = stats
  ? [stats.expected + stats.flaky, stats.unexpected, stats.skipped]
  : [report.numPassedTests, report.numFailedTests + (report.numFailedTestSuites > 0 && report.numFailedTests === 0 ? 1 : 0), report.numPendingTests + report.numTodoTests]
console.log(counts.join(' '))

const failed = stats
  ? report.errors.map(({ message }) => message)
  : report.testResults.flatMap(({ name, message, assertionResults }) => {
      const tests = assertionResults.filter(({ status }) => status === 'failed')
      return tests.length > 0 ? tests.map((test) => `failed ${test.fullName}\n${test.failureMessages.join('\n')}`) : message ? [`failed ${name}\n${message}`] : []
    })
for (const text of failed) console.log(text.split('\n').slice(0, 12).join('\n'))
