/** Receives what a server-sent event stream says. */
export interface SseHandler {
  event(name: string, data: string, id: string): void;
  /** The server's wish for the pause before a reconnect, in milliseconds. */
  retry(milliseconds: number): void;
}

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
  #skipLineFeed = false;

  constructor(
    private readonly handler: SseHandler,
    lastId = '',
  ) {
    this.#id = lastId;
  }

  push(bytes: Uint8Array): void {
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
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
    text = text.slice(start);
    this.#rest = text;
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) {
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
    if (dispatch) this.handler.event(name, data, this.#id);
  }
}
