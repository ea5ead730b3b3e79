/** Scrolling within this time after a gesture is the reader's own. */
const gestureMilliseconds = 1000;
const kinds = ['wheel', 'touchmove', 'keydown', 'pointerdown', 'pointermove'] as const;

/** Tells the reader's own scrolling from that of the page. */
export class Gestures {
  #last = Number.NEGATIVE_INFINITY;

  constructor(private readonly element: HTMLElement) {
    for (const kind of kinds) element.addEventListener(kind, this.#onGesture, { passive: true });
  }

  /** Whether what scrolls now was set off by a hand. */
  get recent(): boolean {
    return performance.now() - this.#last < gestureMilliseconds;
  }

  dispose(): void {
    for (const kind of kinds) this.element.removeEventListener(kind, this.#onGesture);
  }

  readonly #onGesture = (event: Event): void => {
    // A pointer that moves without a button held drags no scroll bar.
    if (event.type !== 'pointermove' || (event as PointerEvent).buttons !== 0) this.#last = performance.now();
  };
}
