import type { Surroundings } from './client';
import type { FromWorker, ToWorker } from './protocol';
import type { RegexAnswer } from './regexclient';
import regexUrl from './regexworker.ts?worker&url';
import { ViewerSession } from './session';
import { newWorker } from './trusted';

// A timer of 0 ms that comes again and again is held back to 4 ms; a message is not.
const turns = new MessageChannel();
const callbacks: (() => void)[] = [];
turns.port1.onmessage = () => callbacks.shift()?.();

const surroundings: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  random: () => Math.random(),
  soon(callback) {
    callbacks.push(callback);
    turns.port2.postMessage(undefined);
  },
  locks: navigator.locks,
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
  startRegex() {
    const worker = newWorker(new URL(regexUrl, import.meta.url).href);
    return {
      ask(question, answer) {
        worker.onmessage = (event: MessageEvent<RegexAnswer>) => answer(event.data);
        worker.postMessage(question, question.type === 'lines' ? [question.bytes.buffer] : []);
      },
      terminate: () => worker.terminate(),
    };
  },
};

const scope = self as unknown as DedicatedWorkerGlobalScope;
const session = new ViewerSession((message: FromWorker) => scope.postMessage(message), surroundings);
scope.onmessage = (event: MessageEvent<ToWorker>) => session.receive(event.data);
