import { levels } from './wire';

/** Lines of a span of time, by level: index 0 is unknown. */
export interface Bar {
  /** Start in milliseconds since 1970. */
  start: number;
  counts: number[];
}

export interface Histogram {
  /** Width of a bar in milliseconds. */
  step: number;
  bars: Bar[];
}

// Widths that read well on a clock, from a second to a week.
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800].map(
  (s) => s * 1000,
);
/** Finest spans kept; beyond this many the finest width doubles, so days of backlog cost no more than minutes. */
const mostSpans = 20_000;

/** Counts lines by time and level as they arrive. */
export class Volume {
  #width = 1000;
  #spans = new Map<number, Uint32Array>();

  add(time: number, level: number): void {
    const span = Math.floor(time / this.#width);
    let counts = this.#spans.get(span);
    if (!counts) {
      if (this.#spans.size >= mostSpans) {
        this.#coarsen();
        this.add(time, level);
        return;
      }
      counts = new Uint32Array(levels.length);
      this.#spans.set(span, counts);
    }
    counts[level]!++;
  }

  /** At most `most` bars over all the time that lines fall in. */
  histogram(most: number): Histogram {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (const span of this.#spans.keys()) {
      if (span < least) least = span;
      if (span > greatest) greatest = span;
    }
    if (least > greatest) return { step: this.#width, bars: [] };
    const range = (greatest + 1 - least) * this.#width;
    const step = Math.max(
      this.#width,
      steps.find((width) => range / width <= most - 1) ?? Math.ceil(range / (most - 1)),
    );
    const first = Math.floor((least * this.#width) / step);
    const last = Math.floor((greatest * this.#width) / step);
    const bars = Array.from({ length: last - first + 1 }, (_, i) => ({
      start: (first + i) * step,
      counts: new Array<number>(levels.length).fill(0),
    }));
    for (const [span, counts] of this.#spans) {
      const bar = bars[Math.floor((span * this.#width) / step) - first]!;
      for (let level = 0; level < counts.length; level++) bar.counts[level]! += counts[level]!;
    }
    return { step, bars };
  }

  #coarsen(): void {
    this.#width *= 2;
    const finer = this.#spans;
    this.#spans = new Map();
    for (const [span, counts] of finer) {
      const coarse = Math.floor(span / 2);
      const sum = this.#spans.get(coarse);
      if (sum) for (let level = 0; level < counts.length; level++) sum[level]! += counts[level]!;
      else this.#spans.set(coarse, counts);
    }
  }
}
