/** Draws with the next frame, once however often it is asked for, and not at all while the rows are held. */
export class Drawing {
  #frame = 0;
  #behind = false;

  constructor(
    private readonly draw: () => void,
    private readonly held: () => boolean,
  ) {}

  /** What is seen is older than what there is: it was held. */
  get behind(): boolean {
    return this.#behind;
  }

  plan(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#onFrame);
  }

  /** The rows were let go. */
  catchUp(): void {
    if (this.#behind) this.plan();
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
  }

  readonly #onFrame = (): void => {
    this.#frame = 0;
    this.#behind = this.held();
    if (!this.#behind) this.draw();
  };
}
