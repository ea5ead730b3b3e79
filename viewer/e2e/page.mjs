import { chromium } from 'playwright-core';
import { start } from '../dev/server.mjs';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser;

export async function openBrowser() {
  browser ??= await chromium.launch({ executablePath: process.env.KDD_CHROMIUM ?? '/usr/bin/chromium', args: flags });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** A page of a viewer served from scripts, which fails the test for any error or policy report of the page. */
export async function withPage(
  { scripts, settings, path = '', prefix, denied, session, allow = [], ...options },
  test,
) {
  const server = await start({ scripts, prefix, denied, session });
  const context = await (await openBrowser()).newContext({ viewport: { width: 1280, height: 760 }, ...options });
  const problems = [];
  try {
    // How long a busy machine may take, not how long things take.
    context.setDefaultTimeout(60_000);
    if (settings)
      await context.addInitScript((view) => localStorage.setItem('kdd.view', JSON.stringify(view)), settings);
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !allow.some((pattern) => pattern.test(message.text())))
        problems.push(message.text());
    });
    await page.goto(new URL(path, server.url).href);
    // Lines are there before the page is that hears keys and clicks on buttons; its script comes from the server that floods.
    await page.locator('#root > *').first().waitFor({ state: 'attached', timeout: 180_000 });
    await test(page, server);
    if (problems.length > 0) throw new Error(`the page reported: ${problems.join('\n')}`);
  } finally {
    await context.close();
    await server.stop();
  }
}

export const log = (page) => page.getByRole('log', { name: 'Log lines' });
export const lines = (page) => log(page).locator('[data-cursor]');
export const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Waits until a condition on the page's state holds. */
export async function until(check, what, timeout = 60_000) {
  const end = performance.now() + timeout;
  let last;
  for (;;) {
    last = await check();
    if (last === true) return;
    if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
