import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { demo } from '../dev/demo.mjs';
import { button, closeBrowser, lines, log, until, withPage } from './page.mjs';

after(closeBrowser);

const pods = ['web-a', 'web-b', 'web-c'];
const numbered =
  (count, milliseconds = 1) =>
  (script) => {
    for (let i = 0; i < count; i++)
      script.line(pods[i % 3], 'app', `line ${i} ${i % 10 === 0 ? 'timeout' : 'fine'}`, {
        time: 1_750_000_000_000 + i * milliseconds,
      });
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
    await until(
      async () => (await lines(page).locator('.msg').allInnerTexts()).every((text) => text.includes('timeout')),
      'only matching lines',
    );
    await page.waitForURL(/\?q=timeout&only=1$/);
    await button(page, '5 new lines ↓').click();
    await lines(page).getByText('later 4 timeout').waitFor();
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'true');
  }));

test('a pod is picked out while all stream on', () =>
  withPage({ path, scripts: { web: { backlog: numbered(300) } } }, async (page, server) => {
    const group = page.getByRole('group', { name: 'Pods' });
    await group.getByRole('button', { name: 'web-b', exact: true }).click();
    await page.getByText('100 of 300 lines shown').waitFor();
    await until(
      async () => (await lines(page).locator('.pod').allInnerTexts()).every((pod) => pod === 'web-b'),
      'lines of one pod',
    );
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
    await page.getByRole('link', { name: 'kdd, home' }).click();
    await page.getByRole('heading', { name: 'LogViews' }).waitFor();
  }));

test('wrapped lines of any height are scrolled through to the first and the last', () =>
  withPage(
    {
      path,
      scripts: {
        web: {
          backlog(script) {
            for (let i = 0; i < 600; i++)
              script.line('web-a', 'app', `line ${i} ${'word '.repeat((i * 37) % 300)}end`, { time: i });
          },
        },
      },
    },
    async (page) => {
      await lines(page).getByText('line 599 ').waitFor();
      await button(page, 'Wrap lines').click();
      await until(async () => (await lines(page).last().boundingBox()).height > 20, 'wrapped');
      const off = () =>
        log(page).evaluate((list) => {
          const last = [...list.querySelectorAll('[data-cursor]')].at(-1).getBoundingClientRect();
          return Math.round(list.getBoundingClientRect().bottom - last.bottom);
        });
      await until(async () => Math.abs(await off()) < 3 || (await off()), 'pixels from the last line to the bottom');
      const seen = new Set();
      await log(page).hover();
      for (let i = 0; i < 500 && !seen.has(0); i++) {
        const visible = await log(page).evaluate((list) => {
          const { top, bottom } = list.getBoundingClientRect();
          return [...list.querySelectorAll('[data-cursor]')]
            .filter((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom)
            .map((row) => Number(row.querySelector('.msg').textContent.split(' ')[1]));
        });
        for (const number of visible) seen.add(number);
        await page.mouse.wheel(0, -500);
        await page.evaluate(
          () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
        );
      }
      assert.deepEqual(
        Array.from({ length: 600 }, (_, i) => i).filter((i) => !seen.has(i)),
        [],
      );
    },
  ));

test('a click on a stack trace folds it', () =>
  withPage(
    {
      path,
      scripts: {
        web: {
          backlog(script) {
            for (const text of ['boom', '   at a', '   at b', 'end']) script.line('a', 'app', text);
          },
        },
      },
    },
    async (page) => {
      const fold = button(page, '2 lines of stack trace');
      await fold.click();
      await page.getByText('2 of 4 lines shown').waitFor();
      await fold.click();
      await page.getByText('4 lines', { exact: true }).waitFor();
    },
  ));

test('lines that are pressed stand still until they are let go, however fast others come', () =>
  withPage({ path, scripts: { web: { backlog: numbered(300, 100) } } }, async (page, server) => {
    const newest = lines(page).getByText('line 299 fine');
    // The last of what stands above the lines to come.
    await page.locator('header').getByRole('img').first().waitFor();
    const { x, y } = await newest.boundingBox();
    await page.mouse.move(x + 20, y + 5);
    await page.mouse.down();
    for (let i = 0; i < 100; i++) server.script('web').line('web-a', 'app', `meanwhile ${i}`);
    await page.getByText('400 lines', { exact: true }).waitFor();
    assert.equal((await newest.boundingBox()).y, y);
    await page.mouse.up();

    await page.getByRole('complementary', { name: 'Line details' }).getByText('line 299 fine').first().waitFor();
    assert.equal(await page.locator('[aria-current=true] .msg').innerText(), 'line 299 fine');
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'false');
    assert.equal((await newest.boundingBox()).y, y);
    await button(page, 'Follow').click();
    await lines(page).getByText('meanwhile 99').waitFor();
  }));

test('text is selected while lines keep coming', () =>
  withPage({ path, scripts: { web: { backlog: numbered(300, 100) } } }, async (page, server) => {
    const newest = lines(page).getByText('line 299 fine');
    await page.locator('header').getByRole('img').first().waitFor();
    const { x, y, width } = await newest.boundingBox();
    await page.mouse.move(x + 1, y + 5);
    await page.mouse.down();
    server.script('web').line('web-a', 'app', 'meanwhile');
    await page.getByText('301 lines', { exact: true }).waitFor();
    await page.mouse.move(x + width - 1, y + 5);
    await page.mouse.up();
    assert.match(await page.evaluate(() => getSelection().toString()), /line 299 fine/);
    await lines(page).getByText('meanwhile').waitFor();
  }));

test('a press does not follow the lines that something else scrolled to', () =>
  withPage({ path: `${path}?q=timeout`, scripts: { web: { backlog: numbered(300) } } }, async (page) => {
    await lines(page).getByText('line 290 timeout').waitFor();
    await log(page).evaluate(async (list) => {
      const scrolled = (to) =>
        new Promise((resolve) => {
          list.addEventListener('scroll', () => requestAnimationFrame(resolve), { once: true });
          list.scrollTop = to;
        });
      await scrolled(0);
      const end = scrolled(list.scrollHeight);
      // Before the browser has told of it.
      list.lastElementChild.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      await end;
      document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
    });
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'false');
  }));

test('a time is gone to', () =>
  withPage({ path, scripts: { web: { backlog: numbered(3000) } } }, async (page) => {
    await lines(page).getByText('line 2999 fine').waitFor();
    await button(page, 'View options').click();
    await page.getByLabel('Go to time').fill(new Date(1_750_000_000_000 + 1500).toISOString());
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await log(page).locator('[aria-current]').getByText('line 1500 timeout').waitFor();
    await page.waitForURL(/at=2025-/);
  }));

test('what is shown is downloaded', () =>
  withPage({ path: `${path}?q=timeout&only=1`, scripts: { web: { backlog: numbered(100) } } }, async (page) => {
    await page.getByText('10 of 100 lines shown').waitFor();
    await button(page, 'View options').click();
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download as NDJSON').click()]);
    assert.equal(download.suggestedFilename(), 'shop-web.ndjson');
    const written = (await (await download.createReadStream()).toArray())
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message);
    assert.deepEqual(
      written,
      Array.from({ length: 10 }, (_, i) => `line ${i * 10} timeout`),
    );
  }));

test('a fifth tab waits for one of four streams, and says so', () =>
  withPage({ path, scripts: { web: { backlog: numbered(10) } } }, async (page) => {
    const tabs = [page];
    for (let i = 1; i < 4; i++) tabs.push(await page.context().newPage());
    for (const tab of tabs.slice(1)) await tab.goto(page.url());
    for (const tab of tabs) await tab.getByText('Live', { exact: true }).waitFor();
    const fifth = await page.context().newPage();
    await fifth.goto(page.url());
    await fifth.getByText('4 other tabs are streaming').first().waitFor();
    await tabs[3].close();
    await fifth.getByText('Live', { exact: true }).waitFor();
    await lines(fifth).getByText('line 9 fine').waitFor();
  }));

test('lines are read before the page is there, which takes them in as they are', () =>
  withPage({ scripts: demo }, async (page) => {
    let release;
    const held = new Promise((resolve) => {
      release = resolve;
    });
    await page.route('**/assets/app-*.js', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(new URL('logviews/shop/checkout', page.url()).href, { waitUntil: 'commit' });
    await lines(page).last().waitFor();
    assert.equal(await page.getByRole('searchbox', { name: 'Search' }).count(), 0);
    // Scrolled up and clicked on before there is anything to tell of it.
    await log(page).hover();
    await page.mouse.wheel(0, -3000);
    await until(async () => log(page).evaluate((list) => list.scrollTop < list.scrollHeight - list.clientHeight), 'up');
    const shipped = lines(page).getByText('"order shipped"').first();
    await shipped.click();
    const cursor = await page.locator('[aria-current=true]').getAttribute('data-cursor');

    release();
    await page.getByRole('complementary', { name: 'Line details' }).getByText('items').first().waitFor();
    assert.equal(await page.locator('[aria-current=true]').getAttribute('data-cursor'), cursor);
    assert.equal(await button(page, 'Follow').getAttribute('aria-pressed'), 'false');
    await until(() => log(page).evaluate((list) => list.getBoundingClientRect().right <= innerWidth), 'in its place');
    assert.equal(await page.locator('body > .lines').count(), 0);
  }));
