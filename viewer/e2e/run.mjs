// Runs every specification in Chromium against the built viewer, one file after the other: they measure no machine that
// is busy with another. KDD_REPORT names a file for the counts, in the form of Playwright's JSON report.
import { readdirSync, writeFileSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => folder + name);

const errors = [];
const stats = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
const stream = run({ files, concurrency: 1 });
stream.on('test:pass', ({ nesting, skip, todo }) => {
  if (nesting > 0) return;
  if (skip !== undefined || todo !== undefined) stats.skipped++;
  else stats.expected++;
});
stream.on('test:fail', ({ name, details, nesting }) => {
  if (nesting > 0) return;
  stats.unexpected++;
  errors.push({ message: `failed ${name}\n${details.error.cause?.stack ?? details.error}` });
});
stream.on('end', () => {
  if (process.env.KDD_REPORT) writeFileSync(process.env.KDD_REPORT, JSON.stringify({ stats, errors }));
  process.exitCode = stats.unexpected > 0 ? 1 : 0;
});
stream.compose(new spec()).pipe(process.stdout);
