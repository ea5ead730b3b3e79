/**
 * Where kdd is served: the folder above this module's, whatever prefix a proxy put before it. Modules lie in `assets/`
 * (or `src/` unbuilt), so neither the server nor the page has to know the prefix.
 */
export const root = new URL(/* @vite-ignore */ '../', import.meta.url);

export type Route = { page: 'home' } | { page: 'logview'; namespace: string; name: string } | { page: 'unknown' };

/** The page that an address names. */
export function routeOf(url: URL, base: URL = root): Route {
  const path = url.pathname.startsWith(base.pathname)
    ? url.pathname.slice(base.pathname.length)
    : url.pathname.slice(1);
  const parts = path.replace(/\/$/, '').split('/');
  if (parts.length === 1 && (parts[0] === '' || parts[0] === 'index.html')) return { page: 'home' };
  if (parts.length === 3 && parts[0] === 'logviews' && parts[1] && parts[2]) {
    try {
      return { page: 'logview', namespace: decodeURIComponent(parts[1]), name: decodeURIComponent(parts[2]) };
    } catch {
      return { page: 'unknown' };
    }
  }
  return { page: 'unknown' };
}

export function logViewPath(namespace: string, name: string): string {
  return new URL(`logviews/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`, root).href;
}

export function streamUrl(namespace: string, name: string): string {
  return new URL(`api/logviews/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/stream`, root).href;
}
