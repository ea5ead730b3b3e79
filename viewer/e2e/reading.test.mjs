import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { button, closeBrowser, lines, log, until, withPage } from './page.mjs';

after(closeBrowser);

const pods = ['web-a', 'web-b', 'web-c'];
const numbered = (count) => (script) => {
  for (let i = 0; i < count; i++)
    script.line(pods[i % 3], 'app', `line ${i} ${i % 10 === 0 ? 'timeout' : 'fine'}`, { time: 1_750_000_000_000 + i });
};
const path = 'logviews/shop/web';

test('the newest lines are shown and followed', () =>
  withPage({ path, scripts: { web: { backlog: numbered(3000) } } }, async (page, server) => {
    await lines(page).getByText('line 2999 fine').waitFor();
    server.script('web').line('web-a', 'app', 'one more');
    await lines(page).getByText('one more').waitFor();
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'true');
    await until(
      async () =>
        (await page.getByRole('status').allInnerTexts()).includes('3,001 lines') ||
        (await page.getByRole('status').allInnerTexts()),
      'count',
    );
  }));

test('every line can be scrolled to, in order', () =>
  withPage({ path, scripts: { web: { backlog: numbered(3000) } } }, async (page) => {
    await lines(page).getByText('line 2999 fine').waitFor();
    const seen = new Set();
    await log(page).focus();
    await page.keyboard.press('Home');
    await lines(page).getByText('line 0 timeout', { exact: true }).waitFor();
    for (let top = 0; top < 3000 * 20; top += 500) {
      await log(page).evaluate((list, to) => {
        list.scrollTop = to;
      }, top);
      const last = Math.min(2999, Math.floor((top + 500) / 20));
      await lines(page).getByText(`line ${last} `).waitFor();
      for (const text of await lines(page).locator('.msg').allInnerTexts()) seen.add(Number(text.split(' ')[1]));
    }
    const missing = Array.from({ length: 3000 }, (_, i) => i).filter((i) => !seen.has(i));
    assert.deepEqual(missing, []);
  }));

test('searching switches Follow off while lines keep coming', () =>
  withPage({ path, scripts: { web: { backlog: numbered(300) } } }, async (page, server) => {
    await lines(page).getByText('line 299 fine').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('timeout');
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'false');
    for (let i = 0; i < 5; i++) server.script('web').line('web-b', 'app', `later ${i} timeout`);
    await button(page, '5 new lines ↓').waitFor();
    await button(page, 'Only matching lines').click();
    await page.getByText('35 of 305 lines shown').waitFor();
    for (const text of await lines(page).locator('.msg').allInnerTexts()) assert.match(text, /timeout/);
    assert.match(page.url(), /\?q=timeout&only=1$/);
    await button(page, '5 new lines ↓').click();
    await lines(page).getByText('later 4 timeout').waitFor();
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'true');
  }));

test('a pod is picked out while all stream on', () =>
  withPage({ path, scripts: { web: { backlog: numbered(300) } } }, async (page, server) => {
    const group = page.getByRole('group', { name: 'Pods' });
    await group.getByRole('button', { name: 'web-b', exact: true }).click();
    await page.getByText('100 of 300 lines shown').waitFor();
    assert.deepEqual([...new Set(await lines(page).locator('.pod').allInnerTexts())], ['web-b']);
    server.script('web').line('web-a', 'app', 'unseen');
    server.script('web').line('web-b', 'app', 'seen');
    await lines(page).getByText('seen', { exact: true }).waitFor();
    await page.getByText('101 of 302 lines shown').waitFor();
  }));

test('a broken connection is shown where it broke, and no line is lost or doubled', () =>
  withPage({ path, scripts: { web: { backlog: numbered(50) } } }, async (page, server) => {
    await lines(page).getByText('line 49 fine').waitFor();
    server.script('web').cut();
    await log(page).getByText('The connection broke').waitFor();
    for (let i = 50; i < 60; i++) server.script('web').line('web-a', 'app', `line ${i} fine`);
    await lines(page).getByText('line 59 fine').waitFor();
    await page.getByText('60 lines').waitFor();
  }));

test('a gap and an error stand where they happened', () =>
  withPage({ path, scripts: { web: { backlog: numbered(10) } } }, async (page, server) => {
    await lines(page).getByText('line 9 fine').waitFor();
    server.script('web').event('gap', { lost: 12, reason: 'rotation', pod: 'web-a', container: 'app', certain: true });
    server
      .script('web')
      .event('error', { code: 500, reason: 'InternalError', message: 'stream failed', pod: 'web-b', container: 'app' });
    await log(page).getByText('12 lines missing').waitFor();
    await log(page).getByText('stream failed (500)').waitFor();
  }));

test('it works under any path prefix', () =>
  withPage({ path: '', prefix: '/tools/kdd' }, async (page) => {
    await page.getByRole('link', { name: 'checkout' }).click();
    await page.waitForURL(/\/tools\/kdd\/logviews\/shop\/checkout$/);
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByRole('heading', { name: 'LogViews' }).waitFor();
  }));
