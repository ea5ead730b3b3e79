// Measures the viewer in Chromium beside the baseline, on the same streams in the same run, interleaved.
//   node run.mjs [--only PART] [--rounds N] [--out FILE]
// Rows go to FILE as JSON, a table to stdout.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { table } from './lib/figures.mjs';
import { openLab } from './lib/lab.mjs';
import { parts } from './lib/parts.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const wwwroot = path('../../src/Kdd.Gateway/wwwroot/');
const lab = await openLab({ '': wwwroot, baseline: path('./dist/') });
const rows = [];
try {
  for (const [name, measure] of Object.entries(parts)) {
    if (!name.includes(values.only)) continue;
    for (const row of await measure(lab, { rounds: Number(values.rounds), bundle })) {
      rows.push(row);
      console.error(`${row.name}: ${row.value} ${row.unit}${row.peerValue === undefined ? '' : ` (${row.peer}: ${row.peerValue})`}`);
    }
  }
} finally {
  await lab.close();
}
console.log(table(rows));
if (values.out) writeFileSync(values.out, `${JSON.stringify(rows, undefined, 2)}\n`);

/** Bytes of the viewer's scripts and styles after gzip. */
function bundle() {
  const assets = `${wwwroot}assets/`;
  return readdirSync(assets).reduce((sum, name) => sum + gzipSync(readFileSync(assets + name), { level: 9 }).length, 0);
}
