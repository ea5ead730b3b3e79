import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { demo } from '../dev/demo.mjs';
import { button, closeBrowser, lines, log, withPage } from './page.mjs';

after(closeBrowser);

/** 40 million pixels of rows: browsers make no element higher than 33.5 million. */
const scripts = { million: { flood: { ...demo.million.flood, count: 2_000_000 } } };

test('two million lines are taken in, scrolled through and searched', () =>
  withPage({ path: 'logviews/shop/million', scripts }, async (page, server) => {
    await page.getByText('2,000,000 lines', { exact: true }).waitFor({ timeout: 180_000 });
    await lines(page)
      .getByText(/^1999999 /)
      .waitFor();

    await log(page).focus();
    await page.keyboard.press('Home');
    await lines(page)
      .getByText(/^0 lorem/)
      .waitFor();
    await page.keyboard.press('End');
    await lines(page)
      .getByText(/^1999999 /)
      .waitFor();

    const half = await log(page).evaluate((list) => {
      list.scrollTop = (list.scrollHeight - list.clientHeight) / 2;
      return list.scrollHeight;
    });
    assert.ok(half <= 16_000_000, 'an element higher than browsers can make it');
    await lines(page)
      .getByText(/^(999|1000)\d{3} /)
      .first()
      .waitFor();

    await page.getByRole('searchbox', { name: 'Search' }).fill('rareneedle');
    await page.getByText('2,000 matches').waitFor();
    await button(page, 'Only matching lines').click();
    await page.getByText('2,000 of 2,000,000 lines shown').waitFor();

    server.script('million').line('late-pod', 'app', 'rareneedle at last');
    await button(page, 'Follow').click();
    await lines(page).getByText('at last').waitFor();
  }));
