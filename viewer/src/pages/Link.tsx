import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { navigate } from './App';

/** A link within kdd: a click stays on the page, a click with a modifier is the browser's. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={onClick} {...rest} />;
}
