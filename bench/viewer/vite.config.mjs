import { fileURLToPath } from 'node:url';

export default {
  root: fileURLToPath(new URL('./baseline/', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic' } },
  build: { outDir: fileURLToPath(new URL('./dist/', import.meta.url)), emptyOutDir: true },
};
