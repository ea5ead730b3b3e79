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
  #last: Source | undefined;

  of(pod: string, container: string, source: string, instance: string): Source {
    const last = this.#last;
    if (
      last &&
      last.source === source &&
      last.instance === instance &&
      last.pod === pod &&
      last.container === container
    ) {
      return last;
    }
    const key = `${source}.${instance}.${pod}/${container}`;
    let found = this.#byKey.get(key);
    if (!found) {
      found = { number: this.all.length, pod, container, source, instance, lines: 0 };
      this.all.push(found);
      this.#byKey.set(key, found);
    }
    this.#last = found;
    return found;
  }
}
