export type RegexQuestion =
  | { type: 'lines'; source: string; bytes: Uint8Array }
  | { type: 'marks'; source: string; texts: string[] };

export type RegexAnswer = { type: 'lines'; hits: number[] } | { type: 'marks'; marks: number[][] };

/** A worker that answers one question after the other. */
export interface RegexPort {
  ask(question: RegexQuestion, answer: (answer: RegexAnswer) => void): void;
  terminate(): void;
}

/** An ordinary question takes some milliseconds; an expression that backtracks without end is given up after this. */
const deadlineMilliseconds = 1000;

/** The expression took too long. */
export class RegexTimeout extends Error {}

/**
 * Runs expressions elsewhere with a deadline. JavaScript cannot stop an expression, but a worker can be ended: neither
 * the page nor the stream ever waits for one.
 */
export class RegexClient {
  #port: RegexPort | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly start: () => RegexPort,
    private readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>,
  ) {}

  /** The rows, counted from the first, whose line matches; `bytes` holds lines with line feeds between them. */
  async lines(source: string, bytes: Uint8Array): Promise<number[]> {
    const answer = await this.#ask({ type: 'lines', source, bytes });
    return answer.type === 'lines' ? answer.hits : [];
  }

  async marks(source: string, texts: string[]): Promise<number[][]> {
    const answer = await this.#ask({ type: 'marks', source, texts });
    return answer.type === 'marks' ? answer.marks : [];
  }

  stop(): void {
    this.#port?.terminate();
    this.#port = undefined;
  }

  #ask(question: RegexQuestion): Promise<RegexAnswer> {
    const answer = this.#queue.then(() => this.#askNow(question));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  #askNow(question: RegexQuestion): Promise<RegexAnswer> {
    this.#port ??= this.start();
    const port = this.#port;
    const answered = new AbortController();
    return new Promise((resolve, reject) => {
      port.ask(question, (answer) => {
        answered.abort();
        resolve(answer);
      });
      void this.wait(deadlineMilliseconds, answered.signal).then(() => {
        if (answered.signal.aborted) return;
        this.stop();
        reject(new RegexTimeout('the expression takes too long: it was stopped after one second'));
      });
    });
  }
}
