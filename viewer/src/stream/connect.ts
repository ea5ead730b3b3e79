import type { FromWorker, ToWorker } from './protocol';
import workerUrl from './worker.ts?worker&url';

/** Starts a worker from a same-origin file: the one address that the policy `kdd` of Trusted Types lets pass. */
export function startWorker(receive: (message: FromWorker) => void): { send(message: ToWorker): void; stop(): void } {
  const worker = new Worker(trusted(new URL(workerUrl, import.meta.url).href) as string, { type: 'module' });
  worker.onmessage = (event: MessageEvent<FromWorker>) => receive(event.data);
  return {
    send: (message) => worker.postMessage(message),
    stop: () => worker.terminate(),
  };
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = types?.createPolicy('kdd', {
  createScriptURL(url) {
    if (new URL(url).origin !== location.origin) throw new TypeError(`kdd runs no script from ${url}`);
    return url;
  },
});

function trusted(url: string): unknown {
  return policy ? policy.createScriptURL(url) : url;
}
