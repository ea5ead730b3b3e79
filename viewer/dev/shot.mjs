// Looks at the viewer: node dev/shot.mjs PATH OUT.png [dark|light] [WIDTHxHEIGHT]
import { chromium } from 'playwright-core';
import { demo } from './demo.mjs';
import { start } from './server.mjs';

const [path = '', out = 'shot.png', scheme = 'light', size = '1280x760'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const server = await start({ scripts: demo });
const browser = await chromium.launch({
  executablePath: process.env.KDD_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
  page.on('console', (message) => console.log('console:', message.text()));
  page.on('pageerror', (error) => console.log('error:', error.message));
  await page.goto(new URL(path, server.url).href);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: out });
} finally {
  await browser.close();
  await server.stop();
}
