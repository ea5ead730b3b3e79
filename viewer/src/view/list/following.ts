/** Whether the newest rows are shown: what the reader wants, but for the time before the backlog is there. */
export class Following {
  #wanted = true;
  /** Until the backlog is there the newest lines are shown to everybody: reading begins there. */
  #pinned = true;
  #on = true;

  get on(): boolean {
    return this.#on;
  }

  get wanted(): boolean {
    return this.#wanted;
  }

  /** Takes a wish in; true when something changed at once. */
  want(on: boolean): boolean {
    this.#wanted = on;
    if (this.#on === (on || this.#pinned)) return false;
    this.#on = !this.#on;
    return true;
  }

  /** The backlog is there: true when who does not follow stays from now on at what is newest. */
  release(): boolean {
    this.#pinned = false;
    return this.want(this.#wanted);
  }

  /** The reader went elsewhere. */
  stop(): void {
    this.#pinned = false;
    this.#wanted = false;
    this.#on = false;
  }
}
