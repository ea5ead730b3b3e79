import type { Counts, FromWorker, Row, ToWorker } from '../../stream/protocol';
import { RowPool } from './rowpool';

type Frame = Extract<FromWorker, { type: 'frame' }>;
type Look = Extract<ToWorker, { type: 'look' }>;

/** Chromium clamps elements at 33.5 million pixels; above half of that the scroll bar is proportional, not exact. */
const mostHeight = 16_000_000;
/** Bottom is reached within this many pixels: zoomed pages scroll in fractions. */
const bottomSlack = 4;
/** Scrolling within this time after a gesture is the reader's own. */
const gestureMilliseconds = 1000;
const gestures = ['wheel', 'touchmove', 'keydown', 'pointerdown', 'pointermove'] as const;

export interface ViewportEvents {
  look(look: Look): void;
  follow(on: boolean): void;
  /** Makes the element of a row. */
  draw(row: Row): HTMLElement;
  counts(counts: Counts): void;
}

/**
 * A window on rows that a worker holds. The truth is the row at the top and the pixels of it that are hidden, not the
 * scroll position: so rows of any height, rows put in above, and more rows than an element can be high all work alike.
 * With fixed heights that fit, both are the same and the scroll bar is exact.
 */
export class Viewport {
  readonly #spacer = document.createElement('div');
  readonly #rows = document.createElement('div');
  readonly #pool: RowPool;
  readonly #resize: ResizeObserver;
  #cache: { first: number; rows: Row[]; choice: number; marked: number } = { first: 0, rows: [], choice: 0, marked: 0 };
  #asked = { first: 0, end: 0 };
  #anchor = { row: -1, index: 0 };
  #total = 0;
  #top = { index: 0, offset: 0 };
  #follow = true;
  #wanted = true;
  /** Until the backlog is there the newest lines are shown to everybody: reading begins there. */
  #pinned = true;
  #wrap = false;
  #version = 0;
  #rowHeight: number;
  #average: number;
  /** Index of the first row drawn, and where it stands. */
  #from = 0;
  #y = 0;
  #height = 0;
  #lastScroll = 0;
  #gesture = Number.NEGATIVE_INFINITY;
  #frame = 0;
  /** The top was moved by other means than scrolling: the scroll bar has to follow. */
  #moved = false;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #pendingJump: { index: number; row: number } | undefined;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly events: ViewportEvents,
    rowHeight: number,
  ) {
    this.#rowHeight = rowHeight;
    this.#average = rowHeight;
    this.#pool = new RowPool(this.#rows, events.draw);
    this.#spacer.className = 'spacer';
    this.#rows.className = 'rows';
    scroller.append(this.#spacer, this.#rows);
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    for (const gesture of gestures) scroller.addEventListener(gesture, this.#onGesture, { passive: true });
    this.#resize = new ResizeObserver(() => {
      this.#height = scroller.clientHeight;
      this.#look();
      this.#plan();
    });
    this.#resize.observe(scroller);
    this.#height = scroller.clientHeight;
    this.#look();
  }

  dispose(): void {
    this.#resize.disconnect();
    this.scroller.removeEventListener('scroll', this.#onScroll);
    for (const gesture of gestures) this.scroller.removeEventListener(gesture, this.#onGesture);
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#idle);
    this.#spacer.remove();
    this.#rows.remove();
  }

  /** Index of the row at the top. */
  get topIndex(): number {
    return this.#top.index;
  }

  /** The row at the top of what is seen, or −1. */
  get topRow(): number {
    return this.#cached(this.#top.index)?.row ?? -1;
  }

  get following(): boolean {
    return this.#follow;
  }

  row(number: number): Row | undefined {
    return this.#cache.rows.find((row) => row.row === number);
  }

  /** The line before or after a row, among those at hand; markers are passed over. */
  neighbour(number: number, direction: 1 | -1): { row: Row; index: number } | undefined {
    let at = this.#cache.rows.findIndex((row) => row.row === number);
    if (at < 0) at = this.#top.index - this.#cache.first - direction;
    for (at += direction; at >= 0 && at < this.#cache.rows.length; at += direction) {
      const row = this.#cache.rows[at]!;
      if (!row.marker) return { row, index: this.#cache.first + at };
    }
    return undefined;
  }

  /** Scrolls as little as it takes to see a row that is at hand. */
  reveal(number: number): void {
    this.#pool.element(number)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  setFollow(on: boolean): void {
    this.#wanted = on;
    if (this.#follow === (on || this.#pinned)) return;
    this.#follow = on || this.#pinned;
    if (!this.#follow) this.#topAtBottom();
    this.#look();
    this.#plan();
  }

  /** The top as it is while the newest row is at the bottom. */
  #topAtBottom(): void {
    this.#moved = true;
    if (!this.#exact && this.#topFromRows()) return;
    const hidden = Math.max(0, this.#total * this.#rowHeight - this.#height);
    const index = Math.floor(hidden / this.#rowHeight);
    this.#top = { index, offset: hidden - index * this.#rowHeight };
  }

  /** The top by the rows as they are placed; false when none of them is there. */
  #topFromRows(): boolean {
    const { scrollTop } = this.scroller;
    const rows = this.#rows.children as HTMLCollectionOf<HTMLElement>;
    let low = 0;
    let high = rows.length - 1;
    if (high < 0 || scrollTop < this.#y || scrollTop >= this.#y + this.#rows.offsetHeight) return false;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#y + rows[middle]!.offsetTop <= scrollTop) low = middle;
      else high = middle - 1;
    }
    this.#top = { index: this.#from + low, offset: scrollTop - this.#y - rows[low]!.offsetTop };
    return true;
  }

  #place(from: number, y: number): void {
    this.#from = from;
    this.#y = y;
    this.#rows.style.transform = `translateY(${y}px)`;
  }

  /** The backlog is there: who does not follow stays at what was newest then. */
  release(): void {
    this.#pinned = false;
    this.setFollow(this.#wanted);
  }

  setWrap(on: boolean, rowHeight: number): void {
    this.#wrap = on;
    this.#rowHeight = rowHeight;
    this.#look();
    this.#plan();
  }

  /** Draws every row anew: their form changed. */
  redraw(): void {
    this.#version++;
    this.#plan();
  }

  /** Shows a row, a third down the window. */
  jump(index: number, row: number): void {
    this.#pinned = false;
    this.#wanted = false;
    this.#follow = false;
    this.#pendingJump = { index, row };
    const lead = Math.floor(this.#height / 3 / this.#rowHeight);
    this.#top = { index: Math.max(0, index - lead), offset: 0 };
    this.#moved = true;
    this.#anchor = { row: -1, index: 0 };
    this.#look();
    this.#plan();
  }

  scrollBy(rows: number): void {
    this.scroller.scrollTop += rows * this.#rowHeight;
  }

  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rowHeight));
  }

  setFrame(frame: Frame): void {
    this.#total = frame.counts.rows;
    if (frame.anchor.row >= 0 && frame.anchor.row === this.#anchor.row) {
      const shift = frame.anchor.index - this.#anchor.index;
      this.#anchor.index = frame.anchor.index;
      if (shift !== 0) {
        this.#top.index += shift;
        this.#moved = true;
        this.#cache.first += shift;
        this.#from += shift;
        this.#asked = { first: this.#asked.first + shift, end: this.#asked.end + shift };
      }
    }
    if (frame.rows) {
      this.#cache = { first: frame.first, rows: frame.rows, choice: frame.choice, marked: frame.marked };
    } else if (frame.choice !== this.#cache.choice) {
      this.#cache = { first: 0, rows: [], choice: frame.choice, marked: frame.marked };
    }
    this.#top.index = Math.max(0, Math.min(this.#top.index, this.#total - 1));
    this.events.counts(frame.counts);
    this.#plan();
  }

  #cached(index: number): Row | undefined {
    return this.#cache.rows[index - this.#cache.first];
  }

  get #exact(): boolean {
    return !this.#wrap && this.#total * this.#rowHeight <= mostHeight;
  }

  get #scrollHeight(): number {
    if (this.#wrap && this.#allDrawn) return this.#rows.offsetHeight;
    return Math.min(this.#total * (this.#wrap ? this.#average : this.#rowHeight), mostHeight);
  }

  get #allDrawn(): boolean {
    return this.#rows.childElementCount === this.#total;
  }

  /** How high wrapped rows are, by those that were drawn; small changes are let pass, or the scroll bar would tremble. */
  #measure(): void {
    const count = this.#rows.childElementCount;
    if (!this.#wrap || count === 0) return;
    const average = this.#rows.offsetHeight / count;
    if (Math.abs(average - this.#average) > this.#average * 0.2) this.#average += (average - this.#average) / 2;
  }

  #plan(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#render);
  }

  /** Asks for the rows around what is seen: two windows before and after it. */
  #look(): void {
    const page = this.page + 1;
    const row = this.topRow;
    if (!this.#follow) this.#anchor = { row, index: this.#top.index };
    const first = Math.max(0, this.#top.index - 2 * page);
    this.#asked = { first, end: first + 5 * page };
    this.events.look({
      type: 'look',
      first,
      count: this.#follow ? 2 * page : 5 * page,
      follow: this.#follow,
      anchor: this.#follow ? -1 : row,
      anchorIndex: this.#top.index,
    });
  }

  readonly #onGesture = (event: Event): void => {
    if (event.type !== 'pointermove' || (event as PointerEvent).buttons !== 0) this.#gesture = performance.now();
  };

  readonly #onScroll = (): void => {
    this.#takeScroll();
    this.#plan();
  };

  /** Takes in how far the user scrolled: by the event, and again before drawing, as scrolling goes on between the two. */
  #takeScroll(): void {
    const { scrollTop } = this.scroller;
    const distance = scrollTop - this.#lastScroll;
    this.#lastScroll = scrollTop;
    if (distance === 0) return;
    const most = Math.max(0, this.#scrollHeight - this.#height);
    const atBottom = scrollTop >= most - bottomSlack;
    if (this.#follow) {
      if (distance > 0 || atBottom) return;
      this.#pinned = false;
      this.#wanted = false;
      this.#follow = false;
      this.events.follow(false);
    } else if (distance > 0 && atBottom && most > 0 && performance.now() - this.#gesture < gestureMilliseconds) {
      this.#wanted = true;
      this.#follow = true;
      this.events.follow(true);
      this.#look();
      return;
    }
    this.#pendingJump = undefined;
    if (this.#exact) {
      this.#top.index = Math.min(Math.floor(scrollTop / this.#rowHeight), Math.max(0, this.#total - 1));
      this.#top.offset = scrollTop - this.#top.index * this.#rowHeight;
    } else if (Math.abs(distance) > this.#height * 1.5) {
      const fraction = most === 0 ? 0 : Math.min(1, scrollTop / most);
      this.#top = { index: Math.round(fraction * Math.max(0, this.#total - this.page)), offset: 0 };
    } else if (!this.#topFromRows()) {
      this.#top.offset += distance;
      this.#settle();
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(this.#align, 150);
    this.#lookIfNeeded();
  }

  /** Moves whole rows from the offset into the index, by the heights that the rows have. */
  #settle(): void {
    const top = this.#top;
    while (top.offset < 0 && top.index > 0) {
      top.index--;
      top.offset += this.#heightOf(top.index);
    }
    for (
      let height = this.#heightOf(top.index);
      top.offset >= height && top.index < this.#total - 1;
      height = this.#heightOf(top.index)
    ) {
      top.offset -= height;
      top.index++;
    }
    if (top.offset < 0) top.offset = 0;
  }

  #heightOf(index: number): number {
    const row = this.#cached(index);
    return (row && this.#pool.element(row.row)?.offsetHeight) || this.#rowHeight;
  }

  #lookIfNeeded(): void {
    const page = this.page + 1;
    const from = Math.max(0, this.#top.index - page);
    const end = Math.min(this.#total, this.#top.index + 2 * page);
    if (from < this.#asked.first || end > this.#asked.end) this.#look();
    else if (this.#anchor.row < 0 && this.topRow >= 0) this.#look();
  }

  /** Once scrolling rests, puts the scroll bar where the row at the top belongs. */
  readonly #align = (): void => {
    if (this.#exact || this.#follow || this.#allDrawn) return;
    const most = Math.max(0, this.#scrollHeight - this.#height);
    const fraction = this.#top.index / Math.max(1, this.#total - this.page);
    this.#scrollTo(Math.max(1, Math.min(most - bottomSlack - 1, fraction * most)));
    this.#plan();
  };

  #scrollTo(position: number): void {
    if (Math.abs(this.scroller.scrollTop - position) < 1) return;
    this.scroller.scrollTop = position;
    this.#lastScroll = this.scroller.scrollTop;
  }

  readonly #render = (): void => {
    this.#frame = 0;
    if (!this.#moved) this.#takeScroll();
    const page = this.page + 1;
    const cacheEnd = this.#cache.first + this.#cache.rows.length;
    if (this.#follow) this.#top = { index: Math.max(0, this.#total - this.page), offset: 0 };
    const from = Math.max(this.#cache.first, this.#top.index - page);
    const end = this.#follow ? cacheEnd : Math.min(cacheEnd, this.#top.index + 2 * page);
    const version = `${this.#cache.choice}.${this.#cache.marked}.${this.#version}`;
    this.#pool.show(this.#cache.rows.slice(from - this.#cache.first, Math.max(from, end) - this.#cache.first), version);
    this.#measure();
    this.#spacer.style.height = `${this.#scrollHeight}px`;
    if (this.#exact) this.#placeExact(from);
    else this.#placeByTop(from);
    this.#lookAfterRender();
  };

  #lookAfterRender(): void {
    if (this.#follow) return;
    if (this.#pendingJump && this.#cached(this.#top.index)) this.#pendingJump = undefined;
    this.#lookIfNeeded();
  }

  #placeExact(from: number): void {
    this.#place(from, from * this.#rowHeight);
    if (this.#follow) this.#scrollTo(Math.max(0, this.#scrollHeight - this.#height));
    else if (this.#moved) this.#scrollTo(this.#top.index * this.#rowHeight + this.#top.offset);
    this.#moved = false;
  }

  #placeByTop(from: number): void {
    const { scroller } = this;
    const moved = this.#moved;
    this.#moved = false;
    if (this.#follow) {
      this.#scrollTo(Math.max(0, this.#scrollHeight - this.#height));
      const bottom = Math.max(this.#scrollHeight, this.#height);
      const height = this.#rows.offsetHeight;
      const y = this.#cache.first === 0 && height < this.#height ? 0 : bottom - height;
      this.#place(from, y);
      return;
    }
    const element = this.#rows.children[this.#top.index - from] as HTMLElement | undefined;
    if (!element) return;
    if (this.#wrap && this.#allDrawn) {
      this.#place(from, 0);
      if (moved) this.#scrollTo(element.offsetTop + this.#top.offset);
      return;
    }
    const { scrollTop } = scroller;
    let y = scrollTop - this.#top.offset - element.offsetTop;
    const last = from + this.#rows.children.length >= this.#total;
    const bottom = y + this.#rows.offsetHeight;
    if (last && bottom < scrollTop + this.#height && this.#rows.offsetHeight > this.#height)
      y += scrollTop + this.#height - bottom;
    if (from === 0 && y > scrollTop) y = scrollTop;
    this.#place(from, y);
  }
}
