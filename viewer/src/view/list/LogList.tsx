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
  focus(): void;
}

interface Props {
  viewer: Viewer;
  follow: boolean;
  wrap: boolean;
  timestamps: TimeFormat;
  onFollow(on: boolean): void;
  onSelect(cursor: string): void;
  handle: Ref<LogListHandle>;
}

/** Height of an unwrapped row: `--row` of the style sheet. */
const rowHeight = 20;

/** The lines. React makes the frame; the rows in it are drawn by {@link Viewport}, which no render waits for. */
export function LogList({ viewer, follow, wrap, timestamps, onFollow, onSelect, handle }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useRef<Viewport>(null);
  const settings = useRef<DrawSettings>({
    timestamps,
    sources: viewer.sources,
    showContainers: false,
    current: -1,
    podColour,
  });
  const callbacks = useRef({ onFollow, onSelect });
  callbacks.current = { onFollow, onSelect };

  useLayoutEffect(() => {
    const port = new Viewport(
      scroller.current!,
      {
        look: (look) => viewer.send(look),
        follow: (on) => callbacks.current.onFollow(on),
        draw: (row) => drawRow(row, settings.current),
        counts: () => {},
      },
      rowHeight,
    );
    viewport.current = port;
    viewer.onFrame = (frame) => port.setFrame(frame);
    viewer.onSources = () => {
      const containers = new Set(viewer.sources.map((source) => source.container));
      settings.current.showContainers = containers.size > 1;
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
  }, [timestamps]);

  useImperativeHandle(handle, () => ({
    jump: (index, row) => {
      settings.current.current = row;
      viewport.current?.jump(index, row);
      viewport.current?.redraw();
    },
    currentRow: () => (settings.current.current >= 0 ? settings.current.current : (viewport.current?.topRow ?? -1)),
    focus: () => scroller.current?.focus(),
  }));

  const select = (target: EventTarget) => {
    const line = (target as Element).closest<HTMLElement>('[data-cursor]');
    if (!line || !getSelection()?.isCollapsed) return;
    settings.current.current = Number(line.dataset.row);
    viewport.current?.redraw();
    callbacks.current.onSelect(line.dataset.cursor ?? '');
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
      onClick={(event) => select(event.target)}
    />
  );
}
