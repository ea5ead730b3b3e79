import { copied, copyString } from './jsonstring';

const chunkBits = 22;
const chunkSize = 1 << chunkBits;
const chunkMask = chunkSize - 1;
/** An address has 32 bits: 10 for the chunk, 22 for the offset in it. More than 4 GiB is never kept at once. */
const chunkLimit = 1 << (32 - chunkBits);
/** Up to this many characters a loop is faster than a call of the encoder. */
const shortText = 1024;
/** A text that did not fit into so much room is not tried again. */
const mostStaged = 65_536;

/**
 * The text of all lines as UTF-8 in chunks of 4 MiB, a line feed after each: searched as bytes, without a string per
 * line. Chunks go from the front when their lines have gone.
 */
export class TextChunks {
  #chunks = new Map<number, Uint8Array>();
  /** The chunk that is being filled. */
  #chunk = new Uint8Array(0);
  #first = 0;
  #last = -1;
  #used = 0;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Bytes of the text added last. */
  length = 0;

  /** Adds a text and returns its address; its length is in {@link length}. */
  add(text: string): number {
    // A UTF-16 unit becomes at most three bytes.
    const most = text.length * 3 + 1;
    if (this.#last < 0 || (this.#used + most > chunkSize && this.#used + text.length + 1 > chunkSize)) this.#grow();
    let written = this.#encode(text);
    if (written < 0) {
      this.#grow();
      written = this.#encode(text);
    }
    this.length = written;
    return this.keep();
  }

  /**
   * Writes the text of a JSON string, from after its opening quote, where the next text will stand, without keeping it;
   * returns the place after its closing quote, or −1 when it cannot be copied: see {@link copyString}.
   */
  stage(bytes: Uint8Array, from: number): number {
    if (this.#last < 0) this.#grow();
    let used = this.#used;
    if (!copyString(bytes, from, this.#chunk, used, chunkSize - 1)) {
      // It may be for want of room. What is longer than that is rare.
      if (chunkSize - used > mostStaged) return -1;
      this.#grow();
      used = this.#used;
      if (!copyString(bytes, from, this.#chunk, used, chunkSize - 1)) return -1;
    }
    this.length = copied.target - used;
    return copied.source;
  }

  /** The text that was staged last. */
  staged(): string {
    return this.#decoder.decode(this.#chunk.subarray(this.#used, this.#used + this.length));
  }

  /** Keeps the text that was staged last and returns its address. */
  keep(): number {
    const address = (((this.#last % chunkLimit) << chunkBits) | this.#used) >>> 0;
    this.#used += this.length;
    this.#chunk[this.#used++] = 10;
    return address;
  }

  /** Writes a text where there is room for its characters; its bytes, or −1 when there is none for those. */
  #encode(text: string): number {
    if (text.length <= shortText) {
      const chunk = this.#chunk;
      const used = this.#used;
      let at = 0;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code >= 0x80) break;
        chunk[used + at] = code;
      }
      if (at === text.length) return at;
    }
    const { read, written } = this.#encoder.encodeInto(text, this.#chunk.subarray(this.#used, chunkSize - 1));
    return read < text.length ? -1 : written;
  }

  #grow(): void {
    this.#last++;
    this.#used = 0;
    this.#chunk = new Uint8Array(chunkSize);
    this.#chunks.set(this.#last, this.#chunk);
  }

  /** The chunk that an address lies in. */
  chunkOf(address: number): Uint8Array {
    return this.#chunks.get(this.#number(address))!;
  }

  offsetOf(address: number): number {
    return address & chunkMask;
  }

  sameChunk(a: number, b: number): boolean {
    return a >>> chunkBits === b >>> chunkBits;
  }

  read(address: number, length: number): string {
    if (length === 0) return '';
    const offset = address & chunkMask;
    return this.#decoder.decode(this.chunkOf(address).subarray(offset, offset + length));
  }

  /** Frees the chunks before the one that the address lies in. */
  dropBefore(address: number): void {
    const keep = this.#number(address);
    for (; this.#first < keep; this.#first++) this.#chunks.delete(this.#first);
  }

  get bytes(): number {
    return this.#chunks.size * chunkSize;
  }

  #number(address: number): number {
    const low = address >>> chunkBits;
    const number = this.#first - (this.#first % chunkLimit) + low;
    return number < this.#first ? number + chunkLimit : number;
  }
}
