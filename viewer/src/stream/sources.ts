/** One instance of one container: what a line's source number stands for. */
export interface Source {
  number: number;
  pod: string;
  container: string;
  /** Source and instance part of the cursor. */
  source: string;
  instance: string;
  lines: number;
}

/** Numbers the sources of a session in order of appearance. */
export class Sources {
  readonly all: Source[] = [];
  readonly #byKey = new Map<string, Source>();
  /** By the cursor's source: its lines have one pod, container and instance for long. */
  readonly #latest = new Map<string, Source>();

  of(pod: string, container: string, source: string, instance: string): Source {
    const latest = this.#latest.get(source);
    if (latest && latest.instance === instance && latest.pod === pod && latest.container === container) return latest;
    const key = `${source}.${instance}.${pod}/${container}`;
    let found = this.#byKey.get(key);
    if (!found) {
      found = { number: this.all.length, pod, container, source, instance, lines: 0 };
      this.all.push(found);
      this.#byKey.set(key, found);
    }
    this.#latest.set(source, found);
    return found;
  }
}
