import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--enable-precise-memory-info',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const probe = readFileSync(new URL('./probe.js', import.meta.url), 'utf8');

/** A browser and a server for one run of measurements. */
export async function openLab(folders) {
  const server = await serve(folders);
  const browser = await chromium.launch({ executablePath: process.env.KDD_CHROMIUM ?? '/usr/bin/chromium', args: flags });
  const processes = await browser.newBrowserCDPSession();
  const address = {
    viewer: (name) => `${server.url}logviews/bench/${name}`,
    baseline: (name, debounce = 1000) => `${server.url}baseline/?name=${name}&debounce=${debounce}`,
  };
  return {
    /** Opens a page with the probe in it, on a processor slowed by `throttle`, hands it to `measure`, and closes it. */
    async visit(url, measure, throttle = 1) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 760 } });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(180_000);
        await page.addInitScript(probe);
        await quiet(processes);
        if (throttle > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: throttle });
        await page.goto(url, { waitUntil: 'commit' });
        return await measure(page);
      } finally {
        await context.close();
      }
    },
    address,
    prepare: server.prepare,
    memory,
    async close() {
      await browser.close();
      server.stop();
    },
  };
}

/** Seconds of processor time that a browser at rest may use from one look to the next. */
const atRest = 0.015;

/** Waits until the browser has opened its window: pages of its own in it would take half a second from what is measured. */
async function quiet(processes) {
  const used = async () => {
    const { processInfo } = await processes.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
  const deadline = performance.now() + 10_000;
  for (let before = await used(), now; performance.now() < deadline; before = now) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    now = await used();
    if (now - before < atRest) return;
  }
}

/** Bytes that the page and its workers hold after a garbage collection: JavaScript objects and array buffers. */
async function memory(page) {
  const session = await page.context().newCDPSession(page);
  const targets = [];
  session.on('Target.attachedToTarget', ({ sessionId }) => targets.push(sessionId));
  const usages = [];
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { result } = JSON.parse(message);
    if (result?.usedSize !== undefined) usages.push(result);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await session.send('HeapProfiler.collectGarbage');
  const main = await session.send('Runtime.getHeapUsage');
  for (const sessionId of targets) {
    const ask = (id, method) => session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    await ask(1, 'HeapProfiler.collectGarbage');
    await ask(2, 'Runtime.getHeapUsage');
  }
  while (usages.length < targets.length) await new Promise((resolve) => setTimeout(resolve, 50));
  await session.detach();
  return [main, ...usages].reduce((sum, { usedSize, backingStorageSize = 0 }) => sum + usedSize + backingStorageSize, 0);
}
