// A gateway in small for work on the viewer: serves the built files under any prefix, a few LogViews, and streams of
// numbered lines written by a script. It speaks the wire format; nothing of the product is in it.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logViews, status, workloads } from './objects.mjs';
import { Script } from './script.mjs';

const files = fileURLToPath(new URL('../../src/Kdd.Gateway/wwwroot/', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types kdd";

/** Starts the server. `prefix` is what a proxy would put before every path, '' or like '/tools/kdd'. */
export async function start({
  port = 0,
  prefix = '',
  scripts = {},
  denied = [],
  session = { user: 'demo', accessMode: 'none' },
} = {}) {
  const running = new Map();
  const reports = [];
  const requests = [];
  const watches = new Set();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://127.0.0.1');
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    if (!url.pathname.startsWith(`${prefix}/`)) return refuse(response, 404, 'NotFound', 'outside the prefix');
    const path = url.pathname.slice(prefix.length);
    const stream = /^\/api\/logviews\/([^/]+)\/([^/]+)\/stream$/.exec(path);
    if (stream) {
      const name = decodeURIComponent(stream[2]);
      if (!running.has(name)) running.set(name, new Script(scripts[name] ?? {}));
      return running.get(name).serve(request, response);
    }
    if (path === '/api/session') return json(response, 200, session);
    if (url.searchParams.get('watch') === 'true') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
      watches.add(response);
      return void response.on('close', () => watches.delete(response));
    }
    if (path.startsWith('/k8s/')) return kubernetes(path.slice(5), request, response, denied);
    return file(path, response);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${prefix}/`,
    script: (name) => running.get(name),
    reports,
    requests,
    /** Open watches, each a response to write events to. */
    watches,
    stop: () =>
      new Promise((resolve) => {
        for (const script of running.values()) script.stop();
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

async function kubernetes(path, request, response, denied) {
  const items = { 'apis/kdd.dev/v1alpha1/logviews': logViews, ...workloads }[path];
  if (items && denied.includes('*'))
    return refuse(response, 403, 'Forbidden', `cannot list ${path} at the cluster scope`);
  if (items)
    return json(response, 200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1000' }, items });
  if (path === 'api/v1/namespaces' && denied.includes('namespaces'))
    return refuse(response, 403, 'Forbidden', 'cannot list namespaces');
  if (path === 'api/v1/namespaces') {
    return json(response, 200, {
      kind: 'NamespaceList',
      metadata: {},
      items: ['shop', 'batch'].map((name) => ({ metadata: { name } })),
    });
  }
  const [, prefix, namespace, plural] = /^(.+)\/namespaces\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (plural === 'logviews' && request.method === 'POST') {
    const body = JSON.parse((await request.toArray()).join(''));
    const name = `${body.metadata.generateName}x7k2p`;
    const created = {
      ...body,
      metadata: { ...body.metadata, name, uid: name, creationTimestamp: new Date().toISOString() },
    };
    logViews.push(created);
    return json(response, 201, created);
  }
  const all = { 'apis/kdd.dev/v1alpha1/logviews': logViews, ...workloads }[`${prefix}/${plural}`];
  if (!all) return refuse(response, 404, 'NotFound', `the server could not find the requested resource ${path}`);
  return json(response, 200, {
    kind: 'List',
    metadata: {},
    items: all.filter((item) => item.metadata.namespace === namespace),
  });
}

function file(path, response) {
  let name = normalize(path).replace(/^\/+/, '');
  if (name === '') name = 'index.html';
  if (/^logviews\/[^/]+\/[^/]+\/?$/.test(name)) name = 'logviews/_/view.html';
  const full = join(files, name);
  if (!full.startsWith(files) || !existsSync(full) || !statSync(full).isFile())
    return refuse(response, 404, 'NotFound', `no file ${name}`);
  response.writeHead(200, {
    'Content-Type': types[extname(full)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
  });
  createReadStream(full).pipe(response);
}

function json(response, code, body) {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response, code, reason, message) {
  json(response, code, status(code, reason, message));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { demo } = await import('./demo.mjs');
  const server = await start({
    port: Number(process.env.PORT ?? 5180),
    prefix: process.env.PREFIX ?? '',
    scripts: demo,
  });
  console.log(`ready: ${server.url}`);
}
