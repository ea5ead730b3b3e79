import type { Row } from '../../stream/protocol';
import { RowCanvas } from './canvas';
import { Drawing } from './drawing';
import { Following } from './following';
import { Gestures } from './gestures';
import { Top } from './top';
import { type Frame, type Look, RowWindow } from './window';

/** Chromium clamps elements at 33.5 million pixels; above half of that the scroll bar is proportional, not exact. */
const mostHeight = 16_000_000;
/** Bottom is reached within this many pixels: zoomed pages scroll in fractions. */
const bottomSlack = 4;

export interface ViewportEvents {
  look(look: Look): void;
  follow(on: boolean): void;
  /** Makes the element of a row. */
  draw(row: Row): HTMLElement;
}

/**
 * A window on rows that a worker holds. The truth is the row at the top and the pixels of it that are hidden, not the
 * scroll position: so rows of any height, rows put in above, and more rows than an element can be high all work alike.
 * With fixed heights that fit, both are the same and the scroll bar is exact.
 */
export class Viewport {
  readonly #canvas: RowCanvas;
  readonly #resize: ResizeObserver;
  readonly #window = new RowWindow();
  readonly #gestures: Gestures;
  readonly #top = new Top();
  readonly #following = new Following();
  readonly #drawing: Drawing;
  #total = 0;
  #wrap = false;
  #version = 0;
  #rowHeight: number;
  #height = 0;
  #lastScroll = 0;
  /** The top was moved by other means than scrolling: the scroll bar has to follow. */
  #moved = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly events: ViewportEvents,
    rowHeight: number,
  ) {
    this.#rowHeight = rowHeight;
    this.#canvas = new RowCanvas(scroller, events.draw, rowHeight);
    scroller.addEventListener('scroll', this.#onScroll, { passive: true });
    this.#gestures = new Gestures(scroller, {
      press: () => this.#takeScroll(),
      release: () => this.#drawing.catchUp(),
    });
    this.#drawing = new Drawing(this.#render, () => this.#gestures.holds);
    this.#resize = new ResizeObserver(() => {
      this.#height = scroller.clientHeight;
      this.#look();
      this.#drawing.plan();
    });
    this.#resize.observe(scroller);
    this.#height = scroller.clientHeight;
    this.#look();
  }

  dispose(): void {
    this.#resize.disconnect();
    this.scroller.removeEventListener('scroll', this.#onScroll);
    this.#gestures.dispose();
    this.#drawing.dispose();
    clearTimeout(this.#idle);
    this.#canvas.dispose();
  }

  /** The element stands elsewhere in the page now and lost its scroll position on the way. */
  moved(): void {
    this.scroller.scrollTop = this.#lastScroll;
    // Where the place is higher, the browser did not let it come as far.
    this.#lastScroll = this.scroller.scrollTop;
    this.#drawing.plan();
  }

  /** The row at the top of what is seen, or −1. */
  get topRow(): number {
    return this.#window.at(this.#top.index)?.row ?? -1;
  }

  /** The line before or after a row, among those at hand; markers are passed over. */
  neighbour(number: number, direction: 1 | -1): { row: Row; index: number } | undefined {
    return this.#window.neighbour(number, direction, this.#top.index);
  }

  /** Scrolls as little as it takes to see a row that is at hand. */
  reveal(number: number): void {
    this.#canvas.reveal(number);
  }

  get follows(): boolean {
    return this.#following.wanted;
  }

  setFollow(on: boolean): void {
    if (this.#following.want(on)) this.#turn();
  }

  /** The backlog is there: who does not follow stays at what was newest then. */
  release(): void {
    if (this.#following.release()) this.#turn();
  }

  /** To the newest rows, or away from them: what is seen stays then. */
  #turn(): void {
    if (!this.#following.on) this.#topAtBottom();
    this.#look();
    this.#drawing.plan();
  }

  /** The top as it is while the newest row is at the bottom, or was when the rows were pressed. */
  #topAtBottom(): void {
    this.#moved = true;
    if ((!this.#exact || this.#drawing.behind) && this.#topFromRows()) return;
    const hidden = Math.max(0, this.#total * this.#rowHeight - this.#height);
    this.#top.setPixels(hidden, this.#rowHeight, this.#total);
  }

  /** The top by the rows as they are placed; false when none of them is there. */
  #topFromRows(): boolean {
    const top = this.#canvas.rowAt(this.scroller.scrollTop);
    if (top) this.#top.set(top.index, top.offset);
    return top !== undefined;
  }

  setWrap(on: boolean, rowHeight: number): void {
    this.#wrap = on;
    this.#rowHeight = rowHeight;
    this.#look();
    this.#drawing.plan();
  }

  /** Draws every row anew: their form changed. */
  redraw(): void {
    this.#version++;
    this.#drawing.plan();
  }

  /** Shows a row, a third down the window. */
  jump(index: number): void {
    this.#following.stop();
    const lead = Math.floor(this.#height / 3 / this.#rowHeight);
    this.#top.set(Math.max(0, index - lead));
    this.#moved = true;
    this.#window.letAnchorGo();
    this.#look();
    this.#drawing.plan();
  }

  get #page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rowHeight));
  }

  setFrame(frame: Frame): void {
    this.#total = frame.counts.rows;
    const shift = this.#window.take(frame);
    if (shift !== 0) {
      this.#top.index += shift;
      this.#moved = true;
      this.#canvas.shift(shift);
    }
    this.#top.clamp(this.#total);
    this.#drawing.plan();
  }

  get #exact(): boolean {
    return !this.#wrap && this.#total * this.#rowHeight <= mostHeight;
  }

  get #scrollHeight(): number {
    if (this.#wrap && this.#allDrawn) return this.#canvas.height;
    return Math.min(this.#total * (this.#wrap ? this.#canvas.average : this.#rowHeight), mostHeight);
  }

  get #allDrawn(): boolean {
    return this.#canvas.count === this.#total;
  }

  #look(): void {
    this.events.look(this.#window.look(this.#top.index, this.#page + 1, this.#following.on));
  }

  readonly #onScroll = (): void => {
    if (this.scroller.scrollTop !== this.#lastScroll) this.#gestures.release();
    this.#takeScroll();
    this.#drawing.plan();
  };

  /** Takes in how far the user scrolled: by the event, and again before drawing, as scrolling goes on between the two. */
  #takeScroll(): void {
    const { scrollTop } = this.scroller;
    const distance = scrollTop - this.#lastScroll;
    this.#lastScroll = scrollTop;
    if (distance === 0) return;
    if (this.#following.on) {
      // By the height that is drawn: lines may have come since, and a list that grew was scrolled up by the browser.
      const bottom = this.#canvas.scrollHeight - this.scroller.clientHeight;
      if (distance > 0 || scrollTop >= bottom - bottomSlack) return;
      this.#following.stop();
      this.events.follow(false);
    }
    const most = Math.max(0, this.#scrollHeight - this.#height);
    if (distance > 0 && scrollTop >= most - bottomSlack && most > 0 && this.#gestures.recent) {
      this.#following.want(true);
      this.events.follow(true);
      this.#look();
      return;
    }
    if (this.#exact) {
      this.#top.setPixels(scrollTop, this.#rowHeight, this.#total);
    } else if (Math.abs(distance) > this.#height * 4) {
      const fraction = most === 0 ? 0 : Math.min(1, scrollTop / most);
      this.#top.set(Math.round(fraction * Math.max(0, this.#total - this.#page)));
    } else if (!this.#topFromRows()) {
      this.#top.offset += distance;
      this.#top.settle(this.#total, (index) => this.#heightOf(index));
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(this.#align, 150);
    this.#lookIfNeeded();
  }

  #heightOf(index: number): number {
    const row = this.#window.at(index);
    return (row && this.#canvas.heightOf(row.row)) || this.#rowHeight;
  }

  #lookIfNeeded(): void {
    if (this.#window.lacks(this.#top.index, this.#page + 1, this.#total)) this.#look();
  }

  /** Once scrolling rests, puts the scroll bar where the row at the top belongs. */
  readonly #align = (): void => {
    if (this.#exact || this.#following.on || this.#allDrawn) return;
    const most = Math.max(0, this.#scrollHeight - this.#height);
    const fraction = this.#top.index / Math.max(1, this.#total - this.#page);
    this.#scrollTo(Math.max(1, Math.min(most - bottomSlack - 1, fraction * most)));
    this.#drawing.plan();
  };

  #scrollTo(position: number): void {
    if (Math.abs(this.scroller.scrollTop - position) >= 1) this.scroller.scrollTop = position;
    // Where rows went, the browser may have scrolled there itself: that was no hand either.
    this.#lastScroll = this.scroller.scrollTop;
  }

  readonly #render = (): void => {
    if (!this.#moved) this.#takeScroll();
    const [page, window] = [this.#page + 1, this.#window];
    if (this.#following.on) this.#top.set(Math.max(0, this.#total - this.#page));
    const from = Math.max(window.first, this.#top.index - page);
    const end = this.#following.on ? window.end : Math.min(window.end, this.#top.index + 2 * page);
    this.#canvas.draw(window.rows(from, end), `${window.version}.${this.#version}`);
    if (this.#wrap) this.#canvas.measure();
    this.#canvas.setScrollHeight(this.#scrollHeight);
    if (this.#exact) this.#placeExact(from);
    else this.#placeByTop(from);
    if (!this.#following.on) this.#lookIfNeeded();
  };

  #placeExact(from: number): void {
    this.#canvas.place(from, from * this.#rowHeight);
    if (this.#following.on) this.#scrollTo(Math.max(0, this.#scrollHeight - this.#height));
    else if (this.#moved) this.#scrollTo(this.#top.index * this.#rowHeight + this.#top.offset);
    this.#moved = false;
  }

  #placeByTop(from: number): void {
    const canvas = this.#canvas;
    const moved = this.#moved;
    this.#moved = false;
    if (this.#following.on) {
      this.#scrollTo(Math.max(0, this.#scrollHeight - this.#height));
      const bottom = Math.max(this.#scrollHeight, this.#height);
      canvas.place(from, this.#window.first === 0 && canvas.height < this.#height ? 0 : bottom - canvas.height);
      return;
    }
    const above = canvas.offsetOf(this.#top.index - from);
    if (above === undefined) return;
    if (this.#wrap && this.#allDrawn) {
      canvas.place(from, 0);
      if (moved) this.#scrollTo(above + this.#top.offset);
      return;
    }
    const { scrollTop } = this.scroller;
    canvas.placeSo(from, scrollTop - this.#top.offset - above, scrollTop, this.#height, this.#total);
  }
}
