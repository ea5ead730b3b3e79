// Makes the pictures of docs/viewer.md from the demo script: npm run screenshots.
import { fileURLToPath } from 'node:url';
import { button, closeBrowser, lines, withPage } from '../e2e/page.mjs';
import { demo } from './demo.mjs';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const path = 'logviews/shop/checkout';
const view = { width: 1100, height: 600 };

async function picture(name, options, act = async () => {}) {
  await withPage({ viewport: view, scripts: demo, reducedMotion: 'reduce', ...options }, async (page) => {
    await act(page);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${folder}${name}.png` });
  });
}

await picture('home', { colorScheme: 'light' }, (page) => page.getByRole('link', { name: 'checkout' }).waitFor());
await picture('lines-light', { path, colorScheme: 'light' }, async (page) => {
  await page.locator('.volume').waitFor();
  await page.waitForTimeout(2500);
});
await picture('search-dark', { path, colorScheme: 'dark' }, async (page) => {
  await page.locator('.volume').waitFor();
  await page.getByRole('searchbox').fill('order | timeout');
  await page.waitForTimeout(500);
});
await picture('details-dark', { path: `${path}?q=order+zip`, colorScheme: 'dark' }, async (page) => {
  await page.locator('.volume').waitFor();
  await button(page, 'Next match').click();
  await page.keyboard.press('Escape');
  await page.locator('[aria-current]').waitFor();
  await lines(page).and(page.locator('[aria-current]')).click();
  await page.getByRole('complementary', { name: 'Line details' }).waitFor();
});
await picture('phone', { path, colorScheme: 'light', viewport: { width: 360, height: 720 } }, async (page) => {
  await lines(page).last().waitFor();
  await button(page, 'Wrap lines').click();
  await page.waitForTimeout(500);
});
await closeBrowser();
