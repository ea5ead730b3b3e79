import { routeOf, streamUrl } from './root';
import { LineList } from './view/list/list';
import { storedSettings, timestampsOf } from './view/settings';
import { Viewer } from './view/viewer';

/** A stream and the list that shows it. */
export interface Reading {
  viewer: Viewer;
  list: LineList;
}

/** The page waits this long for the lines to be there, in milliseconds: it needs about that to be drawn itself. */
const patience = 200;

let early: { viewer: Viewer; list: LineList | undefined } | undefined;

function listOf(viewer: Viewer, place?: HTMLElement): LineList {
  const list = new LineList(viewer, place);
  const settings = storedSettings();
  list.setWrap(settings.wrap);
  list.setTimestamps(timestampsOf(settings));
  return list;
}

/**
 * Opens the stream of a LogView's page and shows its lines before the page itself is there: the two take equally long.
 * Resolves when the page may be drawn: with the backlog, or soon.
 */
export async function startEarly(): Promise<void> {
  const route = routeOf(new URL(location.href));
  if (route.page !== 'logview') return;
  const viewer = new Viewer(streamUrl(route.namespace, route.name));
  early = { viewer, list: undefined };
  // A worker's script is asked for when this task ends: all else waits.
  await new Promise((resolve) => setTimeout(resolve));
  // A link asks for lines that only the page can choose.
  if (location.search !== '') return;
  early.list = listOf(viewer, document.body);
  await Promise.race([settled(viewer), new Promise((resolve) => setTimeout(resolve, patience))]);
}

/** Resolves when the backlog has been painted, or none will come for now. */
function settled(viewer: Viewer): Promise<void> {
  return new Promise((resolve) => {
    const stop = viewer.subscribe(() => {
      const { phase } = viewer.snapshot().connection;
      if (phase === 'connecting' || phase === 'backlog') return;
      stop();
      requestAnimationFrame(() => setTimeout(resolve));
    });
  });
}

/** The reading of a stream: the one that was started early, once, or a new one. */
export function readingOf(url: string): Reading {
  const started = early?.viewer.url === url ? early : undefined;
  early = undefined;
  const viewer = started?.viewer ?? new Viewer(url);
  return { viewer, list: started?.list ?? listOf(viewer) };
}
