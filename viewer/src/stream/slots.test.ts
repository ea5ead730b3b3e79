import { describe, expect, it } from 'vitest';
import { inSlot, streamSlots } from './slots';

/** Locks as the Web Locks specification has them, within one process. */
class FakeLocks {
  readonly #held = new Set<string>();
  readonly #waiting: { name: string; grant(): void }[] = [];

  async request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    callback: (lock: unknown) => Promise<T>,
  ): Promise<T> {
    if (this.#held.has(name)) {
      if (options.ifAvailable) return callback(null);
      await new Promise<void>((resolve, reject) => {
        const entry = { name, grant: resolve };
        this.#waiting.push(entry);
        options.signal?.addEventListener('abort', () => {
          if (this.#waiting.includes(entry)) this.#waiting.splice(this.#waiting.indexOf(entry), 1);
          reject(new DOMException('aborted', 'AbortError'));
        });
      });
    }
    this.#held.add(name);
    try {
      return await callback({ name });
    } finally {
      this.#held.delete(name);
      const next = this.#waiting.findIndex((entry) => entry.name === name);
      if (next >= 0) this.#waiting.splice(next, 1)[0]!.grant();
    }
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function tab(locks: FakeLocks, log: string[], name: string) {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const done = inSlot(
    locks as unknown as LockManager,
    new AbortController().signal,
    () => log.push(`${name} waits`),
    async () => {
      log.push(`${name} streams`);
      await closed;
    },
  );
  return { close, done };
}

describe('inSlot', () => {
  it('streams at once while there are slots', async () => {
    const log: string[] = [];
    const locks = new FakeLocks();
    for (let i = 0; i < streamSlots; i++) tab(locks, log, `tab ${i}`);
    await settle();
    expect(log).toEqual(['tab 0 streams', 'tab 1 streams', 'tab 2 streams', 'tab 3 streams']);
  });

  it('waits where there is none, and starts once when one comes free', async () => {
    const log: string[] = [];
    const locks = new FakeLocks();
    const tabs = Array.from({ length: streamSlots }, (_, i) => tab(locks, [], `tab ${i}`));
    const fifth = tab(locks, log, 'fifth');
    await settle();
    expect(log).toEqual(['fifth waits']);
    tabs[1]!.close();
    tabs[2]!.close();
    await settle();
    expect(log).toEqual(['fifth waits', 'fifth streams']);
    fifth.close();
    await fifth.done;
  });

  it('streams without locks where the browser has none', async () => {
    const log: string[] = [];
    await inSlot(
      undefined,
      new AbortController().signal,
      () => log.push('waits'),
      async () => void log.push('streams'),
    );
    expect(log).toEqual(['streams']);
  });
});
