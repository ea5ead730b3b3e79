import { routeOf, streamUrl } from './root';
import { Viewer } from './view/viewer';

let early: Viewer | undefined;

/** Opens the stream of a LogView's page before the page itself is loaded: the two take equally long. */
export function startEarly(): void {
  const route = routeOf(new URL(location.href));
  if (route.page === 'logview') early = new Viewer(streamUrl(route.namespace, route.name));
}

/** The viewer of a stream: the one that was started early, once, or a new one. */
export function viewerOf(url: string): Viewer {
  const viewer = early?.url === url ? early : new Viewer(url);
  early = undefined;
  return viewer;
}
