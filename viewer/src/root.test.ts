import { describe, expect, it } from 'vitest';
import { routeOf } from './root';

const base = new URL('http://kdd/tools/kdd/');
const route = (path: string) => routeOf(new URL(path, base), base);

describe('routeOf', () => {
  it('knows home and LogViews below any prefix', () => {
    expect(route('')).toEqual({ page: 'home' });
    expect(route('logviews/shop/web?q=x#y')).toEqual({ page: 'logview', namespace: 'shop', name: 'web' });
    expect(route('logviews/shop/web/')).toEqual({ page: 'logview', namespace: 'shop', name: 'web' });
  });

  it.each(['logviews', 'logviews/shop', 'logviews/a/b/c', 'logviews//b', 'logviews/%E0%A4%A/b', 'other'])(
    'knows no page %s',
    (path) => {
      expect(route(path)).toEqual({ page: 'unknown' });
    },
  );
});
