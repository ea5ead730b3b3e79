import type { Surroundings } from './client';
import type { FromWorker, ToWorker } from './protocol';
import { ViewerSession } from './session';

const surroundings: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  random: () => Math.random(),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
    }),
};

const scope = self as unknown as DedicatedWorkerGlobalScope;
const session = new ViewerSession((message: FromWorker) => scope.postMessage(message), surroundings);
scope.onmessage = (event: MessageEvent<ToWorker>) => session.receive(event.data);
