import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// Where the counts of the unit tests go, when somebody asks for them.
const report = process.env.KDD_REPORT;

/** Names the page's chunk in the documents, so that it is fetched while the entry starts the stream. */
const preloadApp: Plugin = {
  name: 'preload-app',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle, path: document }) {
      const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk' && file.name === 'app');
      return chunks.map(({ fileName }) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', href: relativeTo(document, fileName) },
        injectTo: 'head' as const,
      }));
    },
  },
};

function relativeTo(document: string, file: string): string {
  const relative = posix.relative(posix.dirname(document), `/${file}`);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

// Two documents, because every address in them is relative: the home page lies at the root of whatever prefix the
// gateway is reached under, a LogView's page two segments below it. Neither needs a <base>, so `base-uri 'none'` holds.
export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic' } },
  plugins: [preloadApp],
  test: {
    include: ['src/**/*.test.ts'],
    // A bound for what hangs, on any machine: most take milliseconds.
    testTimeout: 60_000,
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
  },
  worker: { format: 'es' },
  build: {
    outDir: path('../src/Kdd.Gateway/wwwroot'),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: [path('index.html'), path('logviews/_/view.html')] },
  },
});
