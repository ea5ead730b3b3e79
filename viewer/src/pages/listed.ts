import { useEffect, useMemo, useState } from 'react';
import { type LogView, listAll, logViewResource, Namespaces } from '../api/kubernetes';
import { watchAll } from '../api/watch';
import { listWorkloads, type Workload } from '../api/workloads';

/** What there is is listed again this often while the page is visible. */
const refreshMilliseconds = 15_000;
/** One tab of a browser watches: connections over HTTP/1.1 are six for all tabs together. */
const watchLock = 'kdd.watch';

export interface Listed {
  logViews: LogView[];
  workloads: Workload[];
  denied: boolean;
}

/**
 * LogViews and workloads, while somebody looks: LogViews are watched where the viewer may list all of them and no other
 * tab watches, else listed anew every 15 s as the workloads are.
 */
export function useListed(extra: readonly string[]): { listed: Listed | undefined; error: Error | undefined } {
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<Error>();
  const namespaces = useMemo(() => new Namespaces(extra), [extra]);
  useEffect(() => {
    const looking = new Looking(namespaces, {
      listed: (part) => {
        setListed((before) => ({ logViews: [], workloads: [], denied: false, ...before, ...part }));
        setError(undefined);
      },
      failed: setError,
    });
    const refresh = () => (document.hidden ? looking.rest() : void looking.refresh());
    refresh();
    const timer = setInterval(refresh, refreshMilliseconds);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      looking.rest();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [namespaces]);
  return { listed, error };
}

interface Hearer {
  listed(part: Partial<Listed>): void;
  failed(error: Error): void;
}

class Looking {
  #abort = new AbortController();
  #watching = false;

  constructor(
    private readonly namespaces: Namespaces,
    private readonly hearer: Hearer,
  ) {}

  /** Ends what is under way. */
  rest(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#watching = false;
  }

  async refresh(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const [logViews, workloads] = await Promise.all([
        this.#watching ? undefined : listAll<LogView>(logViewResource, this.namespaces, signal),
        listWorkloads(this.namespaces, signal),
      ]);
      if (signal.aborted) return;
      this.hearer.listed(logViews ? { workloads, logViews: logViews.items, denied: logViews.denied } : { workloads });
      if (logViews?.resourceVersion !== undefined) void this.#watch(logViews.items, logViews.resourceVersion, signal);
    } catch (problem) {
      if (!signal.aborted) this.hearer.failed(problem as Error);
    }
  }

  async #watch(items: LogView[], resourceVersion: string, signal: AbortSignal): Promise<void> {
    const watch = async () => {
      this.#watching = true;
      await watchAll(
        logViewResource,
        { items, resourceVersion },
        (logViews) => {
          if (!signal.aborted) this.hearer.listed({ logViews });
        },
        signal,
      );
    };
    try {
      if (!navigator.locks) return;
      await navigator.locks.request(watchLock, { ifAvailable: true }, async (lock) => (lock ? watch() : undefined));
    } catch {
      // The next listing says what is wrong, and begins a new watch where nothing is.
    }
    if (!signal.aborted) this.#watching = false;
  }
}
