/**
 * Streams that one browser holds open for kdd at a time. HTTP/1.1 gives an origin six connections for all tabs
 * together: with more than four the fifth tab could not even load.
 */
export const streamSlots = 4;

/**
 * Runs `stream` in one of the slots that all tabs share; calls `queued` first where none is free. Slots are Web Locks:
 * the browser frees them with the tab, however it ends. Where there are none (plain http beyond loopback), it just runs.
 */
export async function inSlot(
  locks: Pick<LockManager, 'request'> | undefined,
  signal: AbortSignal,
  queued: () => void,
  stream: () => Promise<void>,
): Promise<void> {
  if (!locks) return stream();
  for (let slot = 0; slot < streamSlots; slot++) {
    const taken = await locks.request(slotName(slot), { ifAvailable: true }, async (lock) => {
      if (!lock) return false;
      await stream();
      return true;
    });
    if (taken) return;
  }
  queued();
  const found = new AbortController();
  signal.addEventListener('abort', () => found.abort(), { once: true });
  let streaming = false;
  const waits = Array.from({ length: streamSlots }, (_, slot) =>
    locks
      .request(slotName(slot), { signal: found.signal }, async () => {
        // Two slots may come free at once: the first is used, the wait for the others ends.
        if (streaming) return;
        streaming = true;
        found.abort();
        await stream();
      })
      .catch((error: unknown) => {
        if (!found.signal.aborted) throw error;
      }),
  );
  await Promise.all(waits);
}

const slotName = (slot: number) => `kdd.stream.${slot}`;
