import { useEffect, useLayoutEffect, useRef } from 'react';
import type { LineList } from './list';
import type { TimeFormat } from './time';

interface Props {
  list: LineList;
  follow: boolean;
  wrap: boolean;
  timestamps: TimeFormat;
  onFollow(on: boolean): void;
  onSelect(row: number, cursor: string, open: boolean): void;
  onFold(head: number): void;
}

/** The place of the lines among what React draws. */
export function LogList({ list, follow, wrap, timestamps, onFollow, onSelect, onFold }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => list.moveTo(place.current!), [list]);
  useEffect(() => list.setFollow(follow), [list, follow]);
  useEffect(() => list.setWrap(wrap), [list, wrap]);
  useEffect(() => list.setTimestamps(timestamps), [list, timestamps]);
  // After the first effects: what was clicked before is told to a list that is as it shall be.
  useEffect(() => list.listen({ follow: onFollow, select: onSelect, fold: onFold }));
  return <div ref={place} />;
}
