import type { Source } from './sources';

// White space first: frames of .NET, Java, Python, Node, Ruby. Then the lines between them that have none.
const continuation =
  /^(?:[ \t]+\S|Caused by: |\.\.\. \d+ (?:more|common frames)|goroutine \d+ \[|--- End of |Traceback \(most recent call last\):$|\S+\.go:\d+ \+0x|[}\])]+[,;]?$)/;
/** A trace longer than this goes on under a head of its own: a log that is indented throughout is no trace. */
const mostLines = 500;

/** Whether a line goes on with the stack trace that the line before it may belong to. */
export function continuesTrace(text: string): boolean {
  return continuation.test(text);
}

/** How such lines begin in JSON, where a tab is escaped; but for Go's, where the first space is one before a plus. */
const initials = new Set(Array.from(' \\C.g-T}])', (initial) => initial.charCodeAt(0)));
const space = 32;
const plus = 43;

/** False for nearly all JSON strings whose text does not {@link continuesTrace}, and only for those. */
export function mayContinueTrace(bytes: Uint8Array, from: number, end: number): boolean {
  if (initials.has(bytes[from]!)) return true;
  const firstSpace = bytes.indexOf(space, from);
  return firstSpace >= 0 && firstSpace < end && bytes[firstSpace + 1] === plus;
}

/**
 * Groups the lines of a stack trace under the line before them from the same container, which is their head. Lines of
 * other containers may stand between.
 */
export class Traces {
  readonly #heads = new Map<number, number>();
  readonly #counts = new Map<number, number>();
  readonly #last = new Map<Source, number>();

  /** Takes in a row; true when it continues the one before it of its source, as by its form it may. */
  add(row: number, source: Source, continues: boolean): boolean {
    const head = this.#last.get(source);
    if (head === undefined || !continues || (this.#counts.get(head) ?? 0) >= mostLines) {
      this.#last.set(source, row);
      return false;
    }
    this.#heads.set(row, head);
    this.#counts.set(head, (this.#counts.get(head) ?? 0) + 1);
    return true;
  }

  /** The head of a continuing row. */
  headOf(row: number): number {
    return this.#heads.get(row) ?? row;
  }

  /** Lines under a head. */
  countOf(row: number): number {
    return this.#counts.get(row) ?? 0;
  }

  dropBefore(first: number): void {
    for (const map of [this.#heads, this.#counts]) {
      for (const row of map.keys()) if (row < first) map.delete(row);
    }
  }
}
