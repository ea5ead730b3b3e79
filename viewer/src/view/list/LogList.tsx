import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { text } from '../../messages';
import { podColour } from '../colours';
import type { Viewer } from '../viewer';
import { type DrawSettings, drawRow } from './draw';
import type { TimeFormat } from './time';
import { Viewport } from './viewport';

/** What the page may ask of the list. */
export interface LogListHandle {
  jump(index: number, row: number): void;
  /** The row that stepping starts from: the current one, or the first that is seen. */
  currentRow(): number;
  /** Makes the line before or after the current one current. */
  move(direction: 1 | -1): void;
  clearCurrent(): void;
  /** The backlog is there. */
  release(): void;
  focus(): void;
}

interface Props {
  viewer: Viewer;
  follow: boolean;
  wrap: boolean;
  timestamps: TimeFormat;
  onFollow(on: boolean): void;
  /** A line was made current; `open` when its details are wanted. */
  onSelect(row: number, cursor: string, open: boolean): void;
  onFold(head: number): void;
  handle: Ref<LogListHandle>;
}

/** Characters of a pod's name that the list has room for; longer ones lose their beginning. */
const mostPodWidth = 24;
/** Relative times are drawn anew this often. */
const relativeMilliseconds = 5000;

/** Height of an unwrapped row: `--row` of the style sheet. */
const rowHeight = 20;

/** The lines. React makes the frame; the rows in it are drawn by {@link Viewport}, which no render waits for. */
export function LogList({ viewer, follow, wrap, timestamps, onFollow, onSelect, onFold, handle }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useRef<Viewport>(null);
  const settings = useRef<DrawSettings>({
    timestamps,
    sources: viewer.sources,
    showContainers: false,
    current: -1,
    podColour,
  });
  const callbacks = useRef({ onFollow, onSelect, onFold });
  callbacks.current = { onFollow, onSelect, onFold };

  useLayoutEffect(() => {
    const port = new Viewport(
      scroller.current!,
      {
        look: (look) => viewer.send(look),
        follow: (on) => callbacks.current.onFollow(on),
        draw: (row) => drawRow(row, settings.current),
      },
      rowHeight,
    );
    viewport.current = port;
    viewer.onFrame = (frame) => port.setFrame(frame);
    viewer.onSources = () => {
      const containers = new Set(viewer.sources.map((source) => source.container));
      settings.current.showContainers = containers.size > 1;
      const widths = viewer.sources.map(
        ({ pod, container }) => pod.length + (containers.size > 1 ? container.length + 1 : 0),
      );
      scroller.current?.style.setProperty('--pod-width', `${Math.min(mostPodWidth, Math.max(...widths))}ch`);
      port.redraw();
    };
    return () => {
      viewer.onFrame = undefined;
      viewer.onSources = undefined;
      port.dispose();
    };
  }, [viewer]);

  useEffect(() => viewport.current?.setFollow(follow), [follow]);
  useEffect(() => {
    viewport.current?.setWrap(wrap, rowHeight);
  }, [wrap]);
  useEffect(() => {
    settings.current.timestamps = timestamps;
    viewport.current?.redraw();
    if (timestamps !== 'relative') return;
    const timer = setInterval(() => viewport.current?.redraw(), relativeMilliseconds);
    return () => clearInterval(timer);
  }, [timestamps]);

  const makeCurrent = (row: number) => {
    settings.current.current = row;
    viewport.current?.redraw();
  };

  useImperativeHandle(handle, () => ({
    jump: (index, row) => {
      viewport.current?.jump(index);
      makeCurrent(row);
    },
    currentRow: () => (settings.current.current >= 0 ? settings.current.current : (viewport.current?.topRow ?? -1)),
    move: (direction) => {
      const next = viewport.current?.neighbour(settings.current.current, direction);
      if (!next) return;
      makeCurrent(next.row.row);
      viewport.current?.reveal(next.row.row);
      callbacks.current.onSelect(next.row.row, next.row.cursor, false);
    },
    clearCurrent: () => makeCurrent(-1),
    release: () => viewport.current?.release(),
    focus: () => scroller.current?.focus(),
  }));

  const onClick = (target: Element) => {
    const fold = target.closest<HTMLElement>('[data-fold]');
    if (fold) return callbacks.current.onFold(Number(fold.dataset.fold));
    const line = target.closest<HTMLElement>('[data-cursor]');
    // A click that ends the selecting of text is no click on the line.
    if (!line || getSelection()?.isCollapsed === false) return;
    makeCurrent(Number(line.dataset.row));
    callbacks.current.onSelect(Number(line.dataset.row), line.dataset.cursor ?? '', true);
  };

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keyboard handler steps and selects lines
    <div
      ref={scroller}
      className={`lines${wrap ? ' wrap' : ''}`}
      role="log"
      aria-label={text.lines}
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
      tabIndex={0}
      onClick={(event) => onClick(event.target as Element)}
    />
  );
}
