import { randomBytes } from 'node:crypto';

const start = Date.parse('2026-05-04T09:00:00Z');

/** A session in small: a buffer of encoded frames, written by `line`, `event` and `gap`, served with resume by cursor. */
export class Script {
  #frames = [];
  #viewers = new Set();
  #seq = 0;
  #timer;
  #epoch = randomBytes(5).readUIntBE(0, 5).toString(36);
  #positions = new Map();
  #flood;

  /** `backlog(script)` writes what is there at first; `live(script, tick)` is called every `every` milliseconds. */
  constructor({ backlog, live, every = 1000, flood } = {}) {
    this.#flood = flood;
    backlog?.(this);
    let tick = 0;
    if (live) this.#timer = setInterval(() => live(this, tick++), every);
  }

  /** A line of a container; `time` in milliseconds since 1970. */
  line(pod, container, message, { time = Date.now(), level, instance = 0, ...rest } = {}) {
    const nanos = BigInt(Math.floor(time)) * 1_000_000n + BigInt((this.#seq * 1009) % 1_000_000);
    const timestamp = `${new Date(Math.floor(time)).toISOString().slice(0, -1)}${String(nanos % 1_000_000n).padStart(6, '0')}Z`;
    const data = {
      type: 'log',
      timestamp,
      pod,
      container,
      message,
      unix: Math.floor(time / 1000),
      ...(level ? { level } : {}),
      ...rest,
    };
    this.#write('log', data, this.#id(pod, container, instance, nanos));
  }

  event(name, data, time = Date.now()) {
    const id =
      name === 'lifecycle' || name === 'gap'
        ? this.#id(data.pod ?? '', data.container ?? '', 0, BigInt(Math.floor(time)) * 1_000_000n)
        : '';
    this.#write(name, data, id);
  }

  /** Breaks every connection in the middle of whatever it writes. */
  cut() {
    for (const viewer of this.#viewers) viewer.destroy();
  }

  /** Another replica takes over: new ids, and the last lines come again at the next connection. */
  changeEpoch() {
    this.#epoch = randomBytes(5).readUIntBE(0, 5).toString(36);
    for (const frame of this.#frames) if (frame.id) frame.id = [this.#epoch, ...frame.id.split('.').slice(1)].join('.');
  }

  stop() {
    clearInterval(this.#timer);
    this.cut();
  }

  serve(request, response) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    const cursor = request.headers['last-event-id'] ?? '';
    const q = new URL(request.url, 'http://127.0.0.1').searchParams.get('q') ?? '';
    if (this.#flood && !cursor) return void this.#pour(response, q);
    let from = 0;
    if (cursor) {
      const [epoch, seq] = cursor.split('.');
      if (epoch === this.#epoch) from = this.#frames.findIndex((frame) => frame.seq > Number.parseInt(seq, 36));
      if (from < 0) from = this.#frames.length;
    }
    response.write(`retry: ${500 + Math.floor(Math.random() * 2500)}\n\n`);
    const backlog = this.#frames.slice(from).map(encode);
    for (let i = 0; i < backlog.length; i += 2000) response.write(backlog.slice(i, i + 2000).join(''));
    response.write(`event: synced\ndata: {"lines":${backlog.length}}\n\n`);
    this.#viewers.add(response);
    response.on('close', () => this.#viewers.delete(response));
  }

  /** A backlog too large to keep: `flood.count` lines, each made by `flood.line(number)` as it is written. */
  async #pour(response, q) {
    const { count, line } = this.#flood;
    let sent = 0;
    for (let at = 0; at < count && !response.destroyed; at += 1000) {
      let piece = '';
      for (let i = at; i < Math.min(count, at + 1000); i++) {
        const { pod, message, time } = line(i);
        if (!message.includes(q)) continue;
        sent++;
        const nanos = BigInt(time) * 1_000_000n;
        const timestamp = `${new Date(time).toISOString().slice(0, -1)}000000Z`;
        const data = { type: 'log', timestamp, pod, container: 'app', message, unix: Math.floor(time / 1000) };
        piece += encode({ name: 'log', id: this.#id(pod, 'app', 0, nanos), data: JSON.stringify(data) });
      }
      if (!response.write(piece)) {
        await new Promise((resolve) => {
          const done = () => resolve(response.off('drain', done).off('close', done));
          response.on('drain', done).on('close', done);
        });
      }
    }
    response.write(`event: synced\ndata: {"lines":${sent}}\n\n`);
    this.#viewers.add(response);
    response.on('close', () => this.#viewers.delete(response));
  }

  #id(pod, container, instance, nanos) {
    this.#seq++;
    const key = `${pod}/${container}`;
    if (!this.#positions.has(key)) this.#positions.set(key, (100_000 + this.#positions.size).toString(36));
    const time = nanos.toString(36);
    return [this.#epoch, this.#seq.toString(36), time, this.#positions.get(key), instance.toString(36), time, '0'].join(
      '.',
    );
  }

  #write(name, data, id) {
    const frame = { name, id, seq: this.#seq, data: JSON.stringify(data) };
    // What is not in the order of lines is not sent again, but for the last status.
    if (id || name === 'status' || name === 'error') this.#frames.push(frame);
    const bytes = encode(frame);
    for (const viewer of this.#viewers) viewer.write(bytes);
  }
}

function encode({ name, id, data }) {
  return `event: ${name}\n${id ? `id: ${id}\n` : ''}data: ${data}\n\n`;
}

export { start };
