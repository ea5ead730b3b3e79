import { text } from '../../messages';
import { podColour } from '../colours';
import type { Viewer } from '../viewer';
import { type DrawSettings, drawRow } from './draw';
import type { TimeFormat } from './time';
import { Viewport } from './viewport';

/** What the reader does in the list and the page has to know. */
export interface ListEvents {
  follow(on: boolean): void;
  /** A line was made current; `open` when its details are wanted. */
  select(row: number, cursor: string, open: boolean): void;
  fold(head: number): void;
}

/** Characters of a pod's name that the list has room for; longer ones lose their beginning. */
const mostPodWidth = 24;
/** Relative times are drawn anew this often. */
const relativeMilliseconds = 5000;
/** Height of an unwrapped row: `--row` of the style sheet. */
const rowHeight = 20;

/** The lines, in an element that is no part of any React tree: it shows them before there is one, and no render holds it up. */
export class LineList {
  readonly element = document.createElement('div');
  readonly #viewport: Viewport;
  readonly #settings: DrawSettings;
  #events: ListEvents | undefined;
  /** A click from before there was a page to tell. */
  #untold: ((events: ListEvents) => void) | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  /** The place may be one for the time being, and may be missing as long as nothing is to be seen. */
  constructor(
    private readonly viewer: Viewer,
    place?: HTMLElement,
  ) {
    this.#settings = {
      timestamps: 'off',
      sources: viewer.sources,
      showContainers: false,
      current: -1,
      podColour,
    };
    const { element } = this;
    element.className = 'lines';
    element.role = 'log';
    element.ariaLabel = text.lines;
    element.ariaLive = 'off';
    // A scroll area must be reachable by keyboard.
    element.tabIndex = 0;
    element.addEventListener('click', this.#onClick);
    place?.append(element);
    this.#viewport = new Viewport(
      element,
      {
        look: (look) => viewer.send(look),
        follow: (on) => this.#events?.follow(on),
        draw: (row) => drawRow(row, this.#settings),
      },
      rowHeight,
    );
    viewer.onFrame = (frame) => this.#viewport.setFrame(frame);
    viewer.onSources = () => this.#takeSources();
    this.#takeSources();
  }

  /** Puts the list into a place of a page that wants to hear of it. */
  moveTo(place: HTMLElement): void {
    if (this.element.parentElement === place) return;
    const focused = document.activeElement === this.element;
    place.append(this.element);
    this.#viewport.moved();
    if (focused) this.element.focus();
  }

  listen(events: ListEvents): void {
    this.#events = events;
    this.#untold?.(events);
    this.#untold = undefined;
  }

  dispose(): void {
    clearInterval(this.#clock);
    this.viewer.onFrame = undefined;
    this.viewer.onSources = undefined;
    this.#viewport.dispose();
    this.element.remove();
  }

  /** Whether the newest lines are to be seen: false once the reader scrolled up. */
  get follows(): boolean {
    return this.#viewport.follows;
  }

  setFollow(on: boolean): void {
    this.#viewport.setFollow(on);
  }

  setWrap(on: boolean): void {
    if (on === this.element.classList.contains('wrap')) return;
    this.element.classList.toggle('wrap', on);
    this.#viewport.setWrap(on, rowHeight);
  }

  setTimestamps(format: TimeFormat): void {
    if (format === this.#settings.timestamps) return;
    clearInterval(this.#clock);
    this.#settings.timestamps = format;
    this.#viewport.redraw();
    if (format === 'relative') this.#clock = setInterval(() => this.#viewport.redraw(), relativeMilliseconds);
  }

  jump(index: number, row: number): void {
    this.#viewport.jump(index);
    this.#makeCurrent(row);
  }

  /** The row that stepping starts from: the current one, or the first that is seen. */
  get currentRow(): number {
    return this.#settings.current >= 0 ? this.#settings.current : this.#viewport.topRow;
  }

  /** Makes the line before or after the current one current. */
  move(direction: 1 | -1): void {
    const next = this.#viewport.neighbour(this.#settings.current, direction);
    if (!next) return;
    this.#makeCurrent(next.row.row);
    this.#viewport.reveal(next.row.row);
    this.#events?.select(next.row.row, next.row.cursor, false);
  }

  clearCurrent(): void {
    this.#makeCurrent(-1);
  }

  /** The backlog is there. */
  release(): void {
    this.#viewport.release();
  }

  focus(): void {
    this.element.focus();
  }

  #makeCurrent(row: number): void {
    this.#settings.current = row;
    this.#viewport.redraw();
  }

  #takeSources(): void {
    const { sources } = this.viewer;
    if (sources.length === 0) return;
    const several = new Set(sources.map((source) => source.container)).size > 1;
    this.#settings.showContainers = several;
    const widths = sources.map(({ pod, container }) => pod.length + (several ? container.length + 1 : 0));
    this.element.style.setProperty('--pod-width', `${Math.min(mostPodWidth, Math.max(...widths))}ch`);
    this.#viewport.redraw();
  }

  readonly #onClick = ({ target }: Event): void => {
    const part = (target as Element).closest<HTMLElement>('[data-fold], [data-cursor]');
    if (!part) return;
    const { fold, row, cursor = '' } = part.dataset;
    if (fold !== undefined) {
      this.#tell((events) => events.fold(Number(fold)));
    } else if (getSelection()?.isCollapsed !== false) {
      // A click that ends the selecting of text is none on the line.
      this.#makeCurrent(Number(row));
      this.#tell((events) => events.select(Number(row), cursor, true));
    }
  };

  #tell(what: (events: ListEvents) => void): void {
    if (this.#events) what(this.#events);
    else this.#untold = what;
  }
}
