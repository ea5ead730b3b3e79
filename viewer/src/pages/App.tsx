import { useEffect, useState } from 'react';
import { root, routeOf } from '../root';
import { Home } from './Home';
import { LogViewPage } from './LogViewPage';

const navigated = 'kdd:navigated';

/** Goes to an address of ours without loading the page anew. */
export function navigate(href: string): void {
  history.pushState(null, '', href);
  dispatchEvent(new Event(navigated));
}

export function App() {
  const [href, setHref] = useState(location.href);
  useEffect(() => {
    const update = () => setHref(location.href);
    addEventListener('popstate', update);
    addEventListener(navigated, update);
    return () => {
      removeEventListener('popstate', update);
      removeEventListener(navigated, update);
    };
  }, []);
  const route = routeOf(new URL(href));
  if (route.page === 'home') return <Home />;
  if (route.page === 'logview') {
    return <LogViewPage key={`${route.namespace}/${route.name}`} namespace={route.namespace} name={route.name} />;
  }
  return (
    <main className="page">
      <h1>There is no such page</h1>
      <p>
        <a href={root.href}>To the LogViews</a>
      </p>
    </main>
  );
}
