import type { RegexPort } from './regexclient';
import { type SseHandler, SseParser } from './sse';

export type ConnectionState =
  /** As many tabs as may stream at once do so already. */
  | { phase: 'queued'; streams: number }
  | { phase: 'connecting' }
  | { phase: 'backlog' }
  | { phase: 'live' }
  | { phase: 'waiting'; reason: string; retryAt: number; code?: number }
  | { phase: 'ended'; reason: string }
  | { phase: 'failed'; code: number; reason: string; message: string };

export interface StreamHandler extends Pick<SseHandler, 'known' | 'event'> {
  state(state: ConnectionState): void;
  /** A connection broke that had been open, at this moment and for this reason. */
  lost(reason: string): void;
  /** The bytes read at once have all been handed over. */
  batch(): void;
}

/** What the client asks of its surroundings; tests give their own. */
export interface Surroundings {
  fetch(url: string, init: RequestInit): Promise<Response>;
  now(): number;
  /** Resolves after some milliseconds, or at once when the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  random(): number;
  /** Calls back as soon as messages that wait have been heard. */
  soon(callback: () => void): void;
  /** Locks that all tabs share; undefined where the browser gives none. */
  locks: LockManager | undefined;
  /** Starts a worker for regular expressions. */
  startRegex(): RegexPort;
}

/** The gateway writes a comment every 15 s: three missed ones are a dead connection. */
const silenceMilliseconds = 45_000;
/** Reading makes way for what else there is to do this often. */
const turnMilliseconds = 20;
const pieceBytes = 65_536;
const leastPause = 500;
const mostPause = 15_000;

/**
 * Reads the stream of one LogView for as long as it lasts: reconnects with the last cursor after any break (jittered
 * back-off from 0.5 s to 15 s, the server's wishes first), ends at 204 and at answers that asking again cannot change.
 */
export class StreamClient {
  #cursor = '';
  #pause = leastPause;
  #retry = 0;
  #ended = '';
  /** When bytes came last. */
  #heard = 0;
  #failed: ConnectionState | undefined;

  constructor(
    private readonly url: string,
    private readonly handler: StreamHandler,
    private readonly surroundings: Surroundings,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    this.handler.state({ phase: 'connecting' });
    while (!signal.aborted) {
      let pause = await this.#connect(signal);
      if (signal.aborted || pause === undefined) return;
      pause = Math.max(0, Math.round(pause));
      await this.surroundings.wait(pause, signal);
    }
  }

  /** One connection; the pause before the next one, or undefined when there is none. */
  async #connect(signal: AbortSignal): Promise<number | undefined> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (this.#cursor) headers['Last-Event-ID'] = this.#cursor;
      const response = await this.surroundings.fetch(this.url, {
        headers,
        signal: abort.signal,
        cache: 'no-store',
        credentials: 'same-origin',
      });
      if (response.status === 204) return this.#end('Completed');
      if (!response.ok || !response.body) return await this.#refused(response);
      return await this.#read(response.body, abort);
    } catch (error) {
      if (signal.aborted) return undefined;
      return this.#backOff((error as Error).message || 'network error');
    } finally {
      signal.removeEventListener('abort', stop);
      abort.abort();
    }
  }

  async #read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<number | undefined> {
    this.handler.state({ phase: 'backlog' });
    this.#retry = 0;
    let reconnectAfter: number | undefined;
    const parser = new SseParser(
      {
        known: (bytes, at) => {
          const next = this.handler.known(bytes, at);
          if (next >= 0) this.#pause = leastPause;
          return next;
        },
        event: (name, data, id) => {
          // Nearly all are lines, and those say nothing of the connection.
          if (name !== 'log') {
            if (name === 'reconnect') reconnectAfter = (JSON.parse(data) as { afterMs?: number }).afterMs ?? leastPause;
            else if (name === 'end') this.#ended = (JSON.parse(data) as { reason?: string }).reason ?? 'Completed';
            else if (name === 'error') this.#rightsEnded(data);
            else if (name === 'synced') this.handler.state({ phase: 'live' });
          }
          this.handler.event(name, data, id);
          this.#pause = leastPause;
        },
        retry: (milliseconds) => {
          this.#retry = milliseconds;
        },
      },
      this.#cursor,
    );
    const reader = body.getReader();
    void this.#endSilence(abort);
    let turn = this.surroundings.now();
    let reason = 'the connection was closed';
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#heard = this.surroundings.now();
        // A read brings a megabyte and more: in pieces its strings stay young and in the cache.
        for (let at = 0; at < value.length; at += pieceBytes) {
          parser.push(value.subarray(at, at + pieceBytes));
          this.handler.batch();
          // Bytes that are there already are read without a turn of the event loop: the page would not be heard.
          if (this.surroundings.now() - turn < turnMilliseconds) continue;
          await new Promise<void>((resolve) => this.surroundings.soon(resolve));
          turn = this.surroundings.now();
        }
      }
    } catch (error) {
      reason = (error as Error).message;
    } finally {
      if (parser.lastId) this.#cursor = parser.lastId;
      reader.releaseLock();
    }
    if (this.#ended) return this.#end(this.#ended);
    if (this.#failed) {
      this.handler.state(this.#failed);
      return undefined;
    }
    if (reconnectAfter !== undefined) {
      this.handler.state({ phase: 'connecting' });
      return reconnectAfter;
    }
    this.handler.lost(reason);
    return this.#backOff(reason);
  }

  /** Ends a connection on which nothing is heard any more: reading it fails then, with the reason. */
  async #endSilence(abort: AbortController): Promise<void> {
    this.#heard = this.surroundings.now();
    while (!abort.signal.aborted) {
      const left = this.#heard + silenceMilliseconds - this.surroundings.now();
      if (left > 0) await this.surroundings.wait(left, abort.signal);
      else abort.abort(new Error('nothing was heard for 45 s'));
    }
  }

  /** An `error` event of 401 or 403 without a source speaks of the viewer: the stream closes and stays closed. */
  #rightsEnded(data: string): void {
    const error = JSON.parse(data) as { code: number; reason: string; message: string; pod?: string };
    if ((error.code === 401 || error.code === 403) && !error.pod) {
      this.#failed = { phase: 'failed', code: error.code, reason: error.reason, message: error.message };
    }
  }

  async #refused(response: Response): Promise<number | undefined> {
    const status = await readStatus(response);
    const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN) * 1000;
    if (response.status === 404 || response.status === 429 || response.status >= 500) {
      return this.#backOff(status.message, Number.isFinite(retryAfter) ? retryAfter : undefined, response.status);
    }
    this.handler.state({ phase: 'failed', code: response.status, reason: status.reason, message: status.message });
    return undefined;
  }

  #backOff(reason: string, asked?: number, code?: number): number {
    const jittered = this.#pause * (0.5 + this.surroundings.random());
    const pause = asked ?? Math.max(this.#retry, jittered);
    this.#pause = Math.min(this.#pause * 2, mostPause);
    this.#retry = 0;
    this.handler.state({
      phase: 'waiting',
      reason,
      retryAt: this.surroundings.now() + pause,
      ...(code ? { code } : {}),
    });
    return pause;
  }

  #end(reason: string): undefined {
    this.handler.state({ phase: 'ended', reason });
    return undefined;
  }
}

/** The Kubernetes `Status` that a refusal carries, or its HTTP status in words. */
export async function readStatus(response: Response): Promise<{ reason: string; message: string }> {
  const fallback = {
    reason: response.statusText,
    message: `the server answered ${response.status} ${response.statusText}`,
  };
  try {
    const body = (await response.json()) as { reason?: string; message?: string };
    return { reason: body.reason ?? fallback.reason, message: body.message ?? fallback.message };
  } catch {
    return fallback;
  }
}
