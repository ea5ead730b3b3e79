/** Scrolling within this time after a gesture is the reader's own. */
const gestureMilliseconds = 1000;
const kinds = ['wheel', 'touchmove', 'keydown', 'pointerdown', 'pointermove'] as const;

/** What the reader's hand does on the rows: scroll, which is told from what the page scrolls, and hold. */
export class Gestures {
  #last = Number.NEGATIVE_INFINITY;
  #holds = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly events: { press(): void; release(): void },
  ) {
    // Before what makes a gesture of it: what was scrolled up to here was not by this one.
    element.addEventListener('pointerdown', this.#onPress, { passive: true });
    for (const kind of kinds) element.addEventListener(kind, this.#onGesture, { passive: true });
    for (const kind of ['pointerup', 'pointercancel'] as const) document.addEventListener(kind, this.release);
  }

  /** Whether what scrolls now was set off by a hand. */
  get recent(): boolean {
    return performance.now() - this.#last < gestureMilliseconds;
  }

  /** Whether a row is pressed: from one that moved away meanwhile no click would come, and no text be selected. */
  get holds(): boolean {
    return this.#holds;
  }

  dispose(): void {
    for (const kind of kinds) this.element.removeEventListener(kind, this.#onGesture);
    this.element.removeEventListener('pointerdown', this.#onPress);
    for (const kind of ['pointerup', 'pointercancel'] as const) document.removeEventListener(kind, this.release);
  }

  readonly release = (): void => {
    if (!this.#holds) return;
    this.#holds = false;
    this.events.release();
  };

  readonly #onPress = ({ button, target }: PointerEvent): void => {
    this.events.press();
    // What is no row is the scroll bar.
    this.#holds = button === 0 && target !== this.element;
  };

  readonly #onGesture = (event: Event): void => {
    // A pointer that moves without a button held drags no scroll bar.
    if (event.type !== 'pointermove' || (event as PointerEvent).buttons !== 0) this.#last = performance.now();
    // The button was let go where no page heard it.
    else this.release();
  };
}
