import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { demo } from '../dev/demo.mjs';
import { hostile } from '../dev/hostile.mjs';
import { button, closeBrowser, lines, log, until, withPage } from './page.mjs';

after(closeBrowser);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const path = 'logviews/shop/checkout';

/** What axe finds against WCAG 2.2 A and AA. */
async function violations(page) {
  await page.evaluate(axe);
  const results = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`,
  );
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing at home, ${colorScheme}`, () =>
    withPage({ colorScheme }, async (page) => {
      await page.getByRole('link', { name: 'checkout' }).waitFor();
      assert.deepEqual(await violations(page), []);
    }));

  test(`axe finds nothing among lines, ${colorScheme}`, () =>
    withPage({ path: `${path}?q=order+timeout`, scripts: demo, colorScheme }, async (page) => {
      await lines(page).locator('mark').first().waitFor();
      assert.deepEqual(await violations(page), []);
      await lines(page).getByText('"order shipped"').last().click();
      await page.getByRole('complementary', { name: 'Line details' }).getByText('items').first().waitFor();
      await button(page, 'View options').click();
      assert.deepEqual(await violations(page), []);
    }));
}

test('everything is within a screen of 360 pixels', () =>
  withPage({ path, scripts: demo, viewport: { width: 360, height: 740 }, hasTouch: true }, async (page) => {
    await lines(page).last().waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `the page is ${width} wide`);
    for (const name of ['Follow', 'Wrap lines', 'Timestamps', 'Only matching lines', 'View options']) {
      const box = await button(page, name).boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 360, name);
    }
    const list = await log(page).boundingBox();
    assert.ok(list.height > 300, `the lines have ${list.height} pixels`);
    await page.goto(new URL('../../', page.url()).href);
    await page.getByRole('link', { name: 'checkout' }).waitFor();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  }));

test('everything is within reach at a zoom of 200 %', () =>
  withPage({ path, scripts: demo, viewport: { width: 640, height: 380 }, deviceScaleFactor: 2 }, async (page) => {
    await lines(page).last().waitFor();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 640);
    assert.ok((await log(page).boundingBox()).height > 80, 'some lines are seen');
    for (const name of ['Follow', 'Wrap lines', 'Timestamps', 'Only matching lines', 'View options']) {
      const box = await button(page, name).boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 640, name);
    }
    await button(page, 'View options').click();
    await page.getByLabel('Read new lines aloud').check();
  }));

test('right-to-left text turns nothing around it', () =>
  withPage(
    {
      path: 'logviews/shop/web',
      scripts: { web: { backlog: (script) => script.line('web-0', 'app', 'שלום 123 عالم order 7') } },
    },
    async (page) => {
      const line = lines(page).getByText('order 7');
      await line.waitFor();
      const [time, pod, message] = await Promise.all(
        ['.ts', '.pod', '.msg'].map((part) => lines(page).last().locator(part).boundingBox()),
      );
      assert.ok(time.x < pod.x && pod.x < message.x, JSON.stringify({ time, pod, message }));
      await line.click();
      await page.getByRole('complementary', { name: 'Line details' }).getByText('order 7').waitFor();
    },
  ));

test('the keyboard does everything, and ? says how', () =>
  withPage({ path, scripts: demo }, async (page) => {
    await lines(page).last().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.locator('[role=log]:focus').waitFor();
    for (const [key, name] of [
      ['w', 'Wrap lines'],
      ['o', 'Only matching lines'],
    ]) {
      await page.keyboard.press(key);
      await until(async () => (await button(page, name).getAttribute('aria-pressed')) === 'true', name);
      await page.keyboard.press(key);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('order');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'order');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Line details' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Line details' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('f');
    await until(async () => (await button(page, 'Follow').getAttribute('aria-pressed')) === 'true', 'follow');
  }));

test('new lines are read aloud when asked, and not before', () =>
  withPage(
    { path: 'logviews/shop/web', scripts: { web: { backlog: (script) => script.line('a', 'app', 'old') } } },
    async (page, server) => {
      await lines(page).last().waitFor();
      const polite = page.locator('[aria-live=polite]');
      assert.equal(await log(page).getAttribute('aria-live'), 'off');
      await button(page, 'View options').click();
      await page.getByLabel('Read new lines aloud').check();
      server.script('web').line('a', 'app', 'spoken line');
      await polite.getByText('spoken line').waitFor();
    },
  ));

test('hostile text stays text', () =>
  withPage({ path: `logviews/shop/hostile`, scripts: demo }, async (page) => {
    await page.evaluate(() => {
      globalThis.reports = [];
      document.addEventListener('securitypolicyviolation', (event) => globalThis.reports.push(event.violatedDirective));
    });
    await lines(page).last().waitFor();
    await page.getByText(`${hostile.length} lines`).waitFor();
    await button(page, 'Wrap lines').click();
    for (let i = 0; i < (await lines(page).count()); i++) {
      await lines(page).nth(i).locator('.ts').click();
    }
    const found = await page.evaluate(() => ({
      pwned: globalThis.__pwned,
      reports: globalThis.reports,
      elements: [...new Set([...document.querySelectorAll('[role=log] *')].map((element) => element.tagName))].sort(),
      links: document.querySelectorAll('[role=log] a, [role=log] [href], [role=log] [src]').length,
      controls: /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(
        document.querySelector('[role=log]').textContent,
      ),
      title: document.title,
    }));
    assert.deepEqual(found, {
      pwned: undefined,
      reports: [],
      elements: ['BDI', 'BUTTON', 'DIV', 'EM', 'SPAN', 'TIME'],
      links: 0,
      controls: false,
      title: 'hostile · shop · kdd',
    });
    assert.equal(await lines(page).count(), hostile.length);
  }));
