import './styles/base.css';
import './styles/home.css';
import './styles/toolbar.css';
import './styles/lines.css';
import './styles/details.css';
import './styles/ansi.css';
import { startEarly } from './early';
import { root } from './root';
import { applyTheme } from './theme';

applyTheme();
// The documents name their icon relative to themselves, which another page of this visit would read otherwise.
for (const icon of document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')) {
  icon.href = new URL('favicon.svg', root).href;
}
void startEarly().then(() => import('./app'));
