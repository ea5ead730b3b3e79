// Serves both viewers and streams of prebuilt lines: `backlog-N` is N lines and then silence, `rate-R` is R lines a
// second after a backlog of 1,000 and a pause, written in pieces every 5 ms, each line telling when it was written.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const pods = ['checkout-7c9f6d5b8-k2x4p', 'checkout-7c9f6d5b8-m9wqz', 'checkout-7c9f6d5b8-zt7hd'];
const filler = ' GET /orders/items 200 user=4711 region=eu-central cache=miss upstream=inventory.shop.svc timeout=none'.padEnd(110, '.');
/** The baseline paints nothing while lines keep coming: without a pause it would not even show its backlog. */
export const pauseSeconds = 2;
const start = Date.parse('2026-05-04T09:00:00Z');

function frame(n, at) {
  const time = start + n;
  const nanos = BigInt(time) * 1_000_000n;
  const id = `bench.${n.toString(36)}.${nanos.toString(36)}.src${n % 3}.0.${nanos.toString(36)}.0`;
  const message = `seq=${n} at=${at}${filler}${n % 10_000 === 5000 ? ' rareneedle' : ''}`;
  const data = { type: 'log', timestamp: `${new Date(time).toISOString().slice(0, -1)}000000Z`, pod: pods[n % 3], container: 'app', message, unix: Math.floor(time / 1000), level: 'Info' };
  return `event: log\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Backlogs by size, in pieces of 64 KiB and more: built once, so that a run measures the viewer and not this server. */
const backlogs = new Map();

function backlog(count) {
  let pieces = backlogs.get(count);
  if (!pieces) {
    pieces = [];
    for (let n = 0; n < count; n += 500) {
      let piece = '';
      for (let i = n; i < Math.min(count, n + 500); i++) piece += frame(i, 0);
      pieces.push(Buffer.from(piece));
    }
    backlogs.set(count, pieces);
  }
  return pieces;
}

async function write(response, pieces) {
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
}

/** Room in the response again, or its end. */
function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function stream(name, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' });
  const [kind, amount] = [name.split('-')[0], Number(name.split('-')[1])];
  const preset = kind === 'rate' ? 1000 : amount;
  await write(response, backlog(preset));
  response.write(`event: synced\ndata: {"lines":${preset}}\n\n`);
  if (kind !== 'rate') return;
  await new Promise((resolve) => setTimeout(resolve, pauseSeconds * 1000));
  let n = preset;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = preset + Math.floor(((performance.now() - began) * amount) / 1000);
    if (response.writableLength > 8 * 1024 * 1024) return;
    let piece = '';
    for (; n < due; n++) piece += frame(n, Date.now());
    if (piece) response.write(piece);
  }, 5);
  response.on('close', () => clearInterval(timer));
}

/** `folders` maps a first path segment ('' for the rest) to a folder of files. */
export async function serve(folders) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://127.0.0.1').pathname;
    const wanted = /^\/api\/logviews\/bench\/([a-z]+-\d+)\/stream$/.exec(path);
    if (wanted) return void stream(wanted[1], response);
    const [, first] = path.split('/');
    const root = folders[first] ?? folders[''];
    let name = normalize(folders[first] ? path.slice(first.length + 1) : path).replace(/^\/+/, '');
    if (/^logviews\/[^/]+\/[^/]+$/.test(name)) name = 'logviews/_/view.html';
    if (name === '') name = 'index.html';
    const file = join(root, name);
    if (!file.startsWith(root) || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Builds a backlog before its first use, so that no measurement waits for it. */
    prepare: backlog,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
