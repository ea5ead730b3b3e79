import type { PodState } from './protocol';
import type { LifecycleEvent } from './wire';

/** What is known of each pod from its lines and lifecycle events. */
export class Pods {
  readonly #pods = new Map<string, PodState & { before: number }>();

  line(name: string): void {
    this.#pod(name).lines++;
  }

  lifecycle(event: LifecycleEvent): void {
    const pod = this.#pod(event.pod);
    pod.what = event.what;
    pod.reason = event.reason ?? '';
    if (event.what === 'Restarted') pod.restarts++;
    if (event.exitCode !== undefined) pod.exitCode = event.exitCode;
  }

  /** A pod that a status names is shown before its first line. */
  known(name: string): void {
    this.#pod(name);
  }

  /** The backlog is read: what comes from here on makes the rates. */
  synced(): void {
    for (const pod of this.#pods.values()) pod.before = pod.lines;
  }

  /** All pods by name, with rates since the last call. */
  report(elapsedMilliseconds: number): PodState[] {
    return [...this.#pods.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((pod) => {
        pod.rate = elapsedMilliseconds > 0 ? ((pod.lines - pod.before) * 1000) / elapsedMilliseconds : 0;
        pod.before = pod.lines;
        const { before: _, ...state } = pod;
        return state;
      });
  }

  #pod(name: string) {
    let pod = this.#pods.get(name);
    if (!pod) {
      pod = { name, lines: 0, rate: 0, what: '', reason: '', restarts: 0, before: 0 };
      this.#pods.set(name, pod);
    }
    return pod;
  }
}
