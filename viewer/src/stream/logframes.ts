import { type Cursor, isDigit, longestCursor, milliseconds, mostTimeDigits, nanoseconds } from './cursor';
import type { NewLine } from './lines';
import { Scanner } from './scanner';
import type { TextChunks } from './text';
import { continuesTrace, mayContinueTrace } from './traces';
import { type LogEvent, levels } from './wire';

const encoder = new TextEncoder();
const idStart = encoder.encode('id: ');
const eventLine = encoder.encode('event: log\n');
const dataStart = encoder.encode('data: {"type":"log","timestamp":"');
const unixStart = encoder.encode(',"unix":');
/** How an event ends, by the number of its level. */
const ends = levels.map((name) => encoder.encode(name === '' ? '}\n\n' : `,"level":"${name}"}\n\n`));
/** Where the level's name stands in such an end. */
const levelAt = ',"level":"'.length;
const levelsByInitial = new Map(levels.map((name, number) => [name.charCodeAt(0), number]));

const lineFeed = 10;
const dot = 46;
const brace = 125;
const letterZ = 90;
/** A number of so many digits is exact. */
const mostDigits = 10;
const secondLength = '2026-05-04T09:00:00'.length;
const second = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** One instance of a container, as its events name it. */
interface Origin {
  source: string;
  instance: string;
  pod: string;
  container: string;
  /** Its two parts of the cursor, with the dots after them. */
  key: Uint8Array;
  /** From the end of the timestamp to the beginning of the message. */
  names: Uint8Array;
}

/**
 * Reads `log` events from their bytes, with no string made of any, where they look as kdd writes them and their origin
 * is known: in about a third of the time that parsing takes. All others are left to the parser, which knows every form.
 */
export class LogFrames {
  /** The line that was read last; its text is staged. */
  readonly line: FrameLine;
  readonly #scanner = new Scanner();
  #epoch: Uint8Array = new Uint8Array(0);
  /** By the hash of their keys. */
  readonly #origins = new Map<number, Origin>();
  /** By their parts of the cursor. */
  readonly #learned = new Map<string, Origin>();
  #origin: Origin | undefined;
  /** The whole second of the last time, and its milliseconds since 1970. */
  #second: Uint8Array = new Uint8Array(0);
  #secondTime = Number.NaN;

  constructor(private readonly text: TextChunks) {
    this.line = new FrameLine(text);
  }

  /** Takes the names from an event that was parsed: those that come after it can be read here. */
  learn({ pod, container }: LogEvent, { epoch, source, instance }: Cursor): void {
    if (epoch !== this.line.cursor.epoch) {
      this.line.cursor.epoch = epoch;
      this.#epoch = encoder.encode(`${epoch}.`);
    }
    const parts = `${source}.${instance}.`;
    const learned = this.#learned.get(parts);
    if (learned?.pod === pod && learned.container === container) return;
    const key = encoder.encode(parts);
    const names = encoder.encode(`","pod":${JSON.stringify(pod)},"container":${JSON.stringify(container)},"message":"`);
    const origin = { source, instance, pod, container, key, names };
    this.#learned.set(parts, origin);
    this.#origins.set(hash(key, 0, key.length), origin);
  }

  /** Reads the event that begins at a place and returns where the next one does; −1 when it is not one of these. */
  read(bytes: Uint8Array, start: number): number {
    if (this.#epoch.length === 0) return -1;
    const scanner = this.#scanner;
    scanner.begin(bytes, start);
    const named = scanner.skip(eventLine);
    const known =
      scanner.skip(idStart) &&
      this.#cursor() &&
      (named || scanner.skip(eventLine)) &&
      scanner.skip(dataStart) &&
      this.#timestamp() &&
      scanner.skip(this.#origin!.names) &&
      this.#message() &&
      scanner.skip(unixStart) &&
      scanner.whole() &&
      this.#level();
    return known ? scanner.at : -1;
  }

  #cursor(): boolean {
    const scanner = this.#scanner;
    const { cursor } = this.line;
    const start = scanner.at;
    if (!scanner.skip(this.#epoch) || !scanner.number(mostDigits, dot)) return false;
    cursor.seq = scanner.value;
    if (!scanner.number(mostTimeDigits, dot)) return false;
    cursor.watermark = milliseconds(scanner.high, scanner.low);
    cursor.watermarkNanos = nanoseconds(scanner.high, scanner.low);
    if (!this.#names() || !scanner.number(mostTimeDigits, dot)) return false;
    cursor.time = milliseconds(scanner.high, scanner.low);
    cursor.nanos = nanoseconds(scanner.high, scanner.low);
    if (!scanner.number(mostDigits, lineFeed)) return false;
    cursor.n = scanner.value;
    return scanner.at - 1 - start <= longestCursor;
  }

  /** The source and instance of the cursor, which tell the other names. */
  #names(): boolean {
    const { bytes, at } = this.#scanner;
    let end = at;
    for (let dots = 0; dots < 2; end++) {
      if (bytes[end] === dot) dots++;
      else if (end === bytes.length || !isDigit(bytes[end]!)) return false;
    }
    const origin = this.#origins.get(hash(bytes, at, end));
    if (!origin || !this.#scanner.skip(origin.key)) return false;
    this.#origin = origin;
    const { line } = this;
    line.cursor.source = origin.source;
    line.cursor.instance = origin.instance;
    line.pod = origin.pod;
    line.container = origin.container;
    return true;
  }

  /** With nine digits after the second, in UTC. */
  #timestamp(): boolean {
    const scanner = this.#scanner;
    const { bytes, at } = scanner;
    if (!scanner.skip(this.#second) || Number.isNaN(this.#secondTime)) {
      this.#second = bytes.slice(at, at + secondLength);
      const text = String.fromCharCode(...this.#second);
      this.#secondTime = second.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
      if (Number.isNaN(this.#secondTime)) return false;
      scanner.at = at + secondLength;
    }
    if (bytes[scanner.at++] !== dot || !scanner.decimal(3)) return false;
    this.line.time = this.#secondTime + scanner.value;
    if (!scanner.decimal(6)) return false;
    this.line.nanos = scanner.value;
    return bytes[scanner.at++] === letterZ;
  }

  #message(): boolean {
    const scanner = this.#scanner;
    const { bytes, at } = scanner;
    const end = this.text.stage(bytes, at);
    if (end < 0) return false;
    scanner.at = end;
    this.line.continues = mayContinueTrace(bytes, at, end) && continuesTrace(this.line.text);
    return true;
  }

  #level(): boolean {
    const scanner = this.#scanner;
    const { bytes, at } = scanner;
    const level = bytes[at] === brace ? 0 : (levelsByInitial.get(bytes[at + levelAt]!) ?? 0);
    this.line.level = level;
    return scanner.skip(ends[level]!);
  }
}

/** A line as its event says it. Nothing but its text, when it is asked for, is made anew for each. */
class FrameLine implements NewLine {
  readonly staged = true;
  continues = false;
  readonly styles: readonly number[] = [];
  time = 0;
  nanos = 0;
  pod = '';
  container = '';
  level = 0;
  readonly flags = 0;
  readonly fullLength = 0;
  readonly cursor: Cursor = {
    epoch: '',
    seq: 0,
    watermark: 0,
    watermarkNanos: 0,
    source: '',
    instance: '',
    time: 0,
    nanos: 0,
    n: 0,
  };

  constructor(private readonly chunks: TextChunks) {}

  get text(): string {
    return this.chunks.staged();
  }
}

/** Of some bytes, as a small number. */
function hash(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = (Math.imul(value, 31) + bytes[at]!) & 0x3fffffff;
  return value;
}
