import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { button, closeBrowser, lines, log, until, withPage } from './page.mjs';

after(closeBrowser);

const path = 'logviews/shop/web';
const backlog = (script) => {
  for (let i = 0; i < 1000; i++) {
    const level = i % 100 === 0 ? 'Error' : 'Info';
    script.line(`web-${i % 2}`, 'app', `order ${i} ${i % 250 === 7 ? `${'a'.repeat(40)}!` : 'ok'}`, {
      level,
      time: 1_750_000_000_000 + i,
    });
  }
};
const scripts = { web: { backlog } };
const search = (page) => page.getByRole('searchbox', { name: 'Search' });
const shown = (page) => lines(page).locator('.msg').allInnerTexts();

test('each term has its own colour', () =>
  withPage({ path, scripts }, async (page) => {
    await search(page).fill('order "999 ok"');
    await lines(page).locator('mark.t1').first().waitFor();
    await until(
      async () => isDeepStrictEqual(await lines(page).last().locator('mark').allInnerTexts(), ['order', '999 ok']),
      'marks',
    );
  }));

test('terms are excluded, and level, pod and container are asked for', () =>
  withPage({ path: `${path}?only=1`, scripts }, async (page) => {
    await search(page).fill('-ok');
    await page.getByText('4 of 1,000 lines shown').waitFor();
    await search(page).fill('level:error');
    await page.getByText('10 of 1,000 lines shown').waitFor();
    await search(page).fill('pod:web-1 order');
    await page.getByText('500 of 1,000 lines shown').waitFor();
    await search(page).fill('container:ap? "order 99"');
    await page.getByText('11 of 1,000 lines shown').waitFor();
  }));

test('matches are counted and stepped through with n and N', () =>
  withPage({ path, scripts }, async (page) => {
    await search(page).fill('aaaa');
    await page.getByText('4 matches').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByText(/\d of 4/).waitFor();
    await page.keyboard.press('n');
    await page.getByText('2 of 4').waitFor();
    await log(page)
      .locator('[aria-current]')
      .getByText(/order 257 a/)
      .waitFor();
    await page.keyboard.press('N');
    await page.getByText('1 of 4').waitFor();
  }));

test('lines of context stand around matches', () =>
  withPage({ path: `${path}?only=1&q=aaaa`, scripts }, async (page) => {
    await page.getByText('4 of 1,000 lines shown').waitFor();
    await button(page, 'View options').click();
    await page.getByLabel('Lines around a match').selectOption('2');
    await page.getByText('20 of 1,000 lines shown').waitFor();
    await until(async () => /order 7 a/.test((await shown(page))[2]), 'the match between its context');
  }));

test('an expression is searched for and marked', () =>
  withPage({ path, scripts }, async (page) => {
    await button(page, 'Regular expression').click();
    await search(page).fill('order \\d00 ');
    await page.getByText('9 matches').waitFor();
    await button(page, 'Only matching lines').click();
    await page.getByText('9 of 1,000 lines shown').waitFor();
    await until(async () => (await lines(page).locator('mark').count()) === 9, 'marks');
    await page.waitForURL(/\?q=order\+.*&regex=1&only=1$/);
  }));

test('an expression that never ends is stopped, and lines go on', () =>
  withPage({ path: `${path}?regex=1`, scripts }, async (page, server) => {
    await search(page).fill('(a+)+$');
    await page.getByText('the expression takes too long').waitFor();
    server.script('web').line('web-1', 'app', 'still here');
    await button(page, 'Follow').click();
    await lines(page).getByText('still here').waitFor();
  }));

test('an expression that is none is named as such', () =>
  withPage({ path: `${path}?regex=1`, scripts }, async (page) => {
    await search(page).fill('a(b');
    await page.getByText(/Unterminated group/).waitFor();
    assert.equal(await search(page).getAttribute('aria-invalid'), 'true');
  }));

test('a link opens what its sender saw', () =>
  withPage({ path: `${path}?q=order+12&pod=web-0&level=info`, scripts }, async (page, server) => {
    await page.getByText('500 of 1,000 lines shown').waitFor();
    assert.equal(await search(page).inputValue(), 'order 12');
    assert.equal(await button(page, 'web-0').getAttribute('aria-pressed'), 'true');
    await button(page, 'Follow').click();
    await lines(page).getByText('order 998 ok').click();
    await page.waitForURL(/line=/);
    await page.getByRole('complementary', { name: 'Line details' }).waitFor();
    const other = await page.context().newPage();
    server.script('web').changeEpoch();
    await other.goto(page.url());
    await log(other).locator('[aria-current]').getByText('order 998 ok').waitFor();
  }));

test('what this tab had to let go is searched for on the server', () =>
  withPage(
    {
      path: 'logviews/shop/web',
      settings: { keep: 100_000 },
      scripts: {
        web: {
          flood: {
            count: 200_000,
            line: (i) => ({
              pod: 'web-0',
              message: `${i} ${i % 10_000 === 7 ? 'needle' : 'hay'}`,
              time: 1_750_000_000_000 + i,
            }),
          },
        },
      },
    },
    async (page, server) => {
      await page
        .getByText(/200,000|older let go/)
        .first()
        .waitFor();
      await lines(page).getByText('199999 hay').waitFor();
      await search(page).fill('needle');
      await button(page, 'Search them on the server').click();
      await page.getByText('Loaded from the server: only lines with “needle”.').waitFor();
      await page.getByText('20 matches').waitFor();
      await lines(page).getByText('7 needle', { exact: true }).waitFor();
      assert.ok(server.requests.some((request) => request.endsWith('/stream?q=needle')));
      await search(page).fill('hay');
      await button(page, 'Search anew on the server').waitFor();
      await button(page, 'Load all lines').click();
      await lines(page).getByText('199999 hay').waitFor();
      await page.getByText('Loaded from the server').waitFor({ state: 'detached' });
    },
  ));
