/** Receives what a server-sent event stream says. */
export interface SseHandler {
  /**
   * Takes in the event that begins at a place in the bytes, if it knows its form and all of it is there, and returns
   * where the next one begins; −1 otherwise: it is parsed then.
   */
  known(bytes: Uint8Array, at: number): number;
  event(name: string, data: string, id: string): void;
  /** The server's wish for the pause before a reconnect, in milliseconds. */
  retry(milliseconds: number): void;
}

const lineFeed = 10;

/**
 * Parses a server-sent event stream from bytes cut anywhere, as WHATWG HTML section 9.2.6 says: CR, LF and CRLF end a
 * line, a blank line dispatches, an id holds until the next, and an event that the end of the stream cuts is dropped.
 */
export class SseParser {
  #decoder = new TextDecoder();
  #rest = '';
  #name = '';
  #data = '';
  #hasData = false;
  #id: string;
  /** The last line was blank. */
  #blank = false;
  /** What comes next is not, or not surely, the beginning of an event. */
  #within = false;
  #skipLineFeed = false;
  #lastId: string;

  constructor(
    private readonly handler: SseHandler,
    lastId = '',
  ) {
    this.#id = lastId;
    this.#lastId = lastId;
  }

  /** The id of the last event that was handed over. */
  get lastId(): string {
    return this.#lastId;
  }

  push(bytes: Uint8Array): void {
    /** Where the last event began, if it was known. */
    let known = -1;
    let at = 0;
    while (at < bytes.length) {
      const next = this.#within ? -1 : this.handler.known(bytes, at);
      if (next >= 0) {
        known = at;
        at = next;
        continue;
      }
      if (known >= 0) this.#takeId(bytes, known);
      known = -1;
      const end = eventEnd(bytes, at);
      this.#parse(this.#decoder.decode(bytes.subarray(at, end), { stream: true }));
      this.#within = !(this.#blank && bytes[end - 1] === lineFeed);
      at = end;
    }
    if (known >= 0) this.#takeId(bytes, known);
  }

  #parse(added: string): void {
    const text = this.#rest + added;
    let start = 0;
    if (this.#skipLineFeed && text.length > 0) {
      if (text.charCodeAt(0) === 10) start = 1;
      this.#skipLineFeed = false;
    }
    // A server that writes LF only, as kdd does, never pays for the search of a CR.
    const hasCarriageReturn = text.includes('\r', start);
    for (;;) {
      let end = text.indexOf('\n', start);
      let next = end + 1;
      if (hasCarriageReturn) {
        const carriageReturn = text.indexOf('\r', start);
        if (carriageReturn >= 0 && (end < 0 || carriageReturn < end)) {
          end = carriageReturn;
          next = end + 1;
          if (next === text.length) this.#skipLineFeed = true;
          else if (text.charCodeAt(next) === 10) next++;
        }
      }
      if (end < 0) break;
      this.#line(text, start, end);
      start = next;
    }
    this.#rest = text.slice(start);
  }

  #line(text: string, start: number, end: number): void {
    this.#blank = start === end;
    if (this.#blank) {
      this.#dispatch();
      return;
    }
    const colon = text.indexOf(':', start);
    if (colon === start) return;
    const fieldEnd = colon < 0 || colon > end ? end : colon;
    let valueStart = Math.min(fieldEnd + 1, end);
    if (text.charCodeAt(valueStart) === 32 && valueStart < end) valueStart++;
    const value = text.slice(valueStart, end);
    const length = fieldEnd - start;
    if (length === 4 && text.startsWith('data', start)) {
      this.#data = this.#hasData ? `${this.#data}\n${value}` : value;
      this.#hasData = true;
    } else if (length === 5 && text.startsWith('event', start)) {
      this.#name = value;
    } else if (length === 2 && text.startsWith('id', start)) {
      if (!value.includes('\0')) this.#id = value;
    } else if (length === 5 && text.startsWith('retry', start)) {
      if (/^\d+$/.test(value)) this.handler.retry(Number(value));
    }
  }

  #dispatch(): void {
    const name = this.#name || 'message';
    const data = this.#data;
    const dispatch = this.#hasData;
    this.#name = '';
    this.#data = '';
    this.#hasData = false;
    if (!dispatch) return;
    this.#lastId = this.#id;
    this.handler.event(name, data, this.#id);
  }

  /** The id of an event that was known. Of many in a row only the last one's is ever asked for. */
  #takeId(bytes: Uint8Array, at: number): void {
    const text = this.#decoder.decode(bytes.subarray(at, eventEnd(bytes, at)), { stream: true });
    this.#id = /^id: (.*)$/m.exec(text)?.[1] ?? this.#id;
    this.#lastId = this.#id;
  }
}

/** Where an event ends whose lines end with LF: after its blank line, or with the bytes. */
function eventEnd(bytes: Uint8Array, from: number): number {
  if (bytes[from] === lineFeed) return from + 1;
  for (let at = bytes.indexOf(lineFeed, from); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at + 1] === lineFeed) return at + 2;
  }
  return bytes.length;
}
