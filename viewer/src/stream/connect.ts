import type { FromWorker, ToWorker } from './protocol';
import { newWorker } from './trusted';
import workerUrl from './worker.ts?worker&url';

/** Starts the worker that owns connection, store and queries of a page. */
export function startWorker(receive: (message: FromWorker) => void): { send(message: ToWorker): void; stop(): void } {
  const worker = newWorker(new URL(workerUrl, import.meta.url).href);
  worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data);
  return {
    send: (message) => worker.postMessage(message),
    stop: () => worker.terminate(),
  };
}
