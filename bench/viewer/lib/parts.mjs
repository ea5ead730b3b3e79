import { median, percentile, row } from './figures.mjs';
import { pauseSeconds } from './server.mjs';

const search = (page) => page.getByRole('searchbox', { name: 'Search' });
const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));

/** Time from navigation to the newest of `count` lines painted. */
const loadTime = (lab, url, count, throttle) =>
  lab.visit(url, (page) => page.evaluate((n) => globalThis.bench.newest(n), count - 1), throttle);

/** Time from navigation to lines and search box painted: whoever sees them can use them. */
const interactive = (lab, throttle) =>
  lab.visit(
    lab.address.viewer('backlog-100'),
    (page) => page.evaluate(() => globalThis.bench.when(() => globalThis.bench.rows().length > 5 && document.querySelector('[type=search]'))),
    throttle,
  );

/** Medians of rounds in which viewer and baseline take turns. */
async function interleaved(rounds, viewer, baseline) {
  const [a, b] = [[], []];
  for (let round = 0; round < rounds; round++) {
    a.push(await viewer());
    if (baseline) b.push(await baseline());
  }
  return [median(a), baseline ? median(b) : undefined];
}

async function load(lab, { rounds }, name, count, bar) {
  const stream = `backlog-${count}`;
  lab.prepare(count);
  const [value, peerValue] = await interleaved(
    rounds,
    () => loadTime(lab, lab.address.viewer(stream), count),
    () => loadTime(lab, lab.address.baseline(stream), count),
  );
  const quick = await loadTime(lab, lab.address.baseline(stream, 50), count);
  return [
    row(`load.${name}`, value, 'ms', { peer: 'baseline', peerValue, bar, of: 'ratio' }),
    row(`load.${name}.timer-50ms`, value, 'ms', { peer: 'baseline with a 50 ms timer', peerValue: quick }),
  ];
}

/** Follow latency at a rate of lines, over five seconds. */
async function follow(lab, rate) {
  return await lab.visit(lab.address.viewer(`rate-${rate}`), async (page) => {
    await page.evaluate(() => globalThis.bench.when(() => / at=[1-9]/.test(globalThis.bench.lastText()) || /at=[1-9]/.test(globalThis.bench.lastText())));
    await seconds(1);
    await page.evaluate(() => globalThis.bench.reset());
    await seconds(5);
    const { latencies, longest } = await page.evaluate(() => globalThis.bench.result());
    return [
      row(`follow.${rate}.median`, median(latencies), 'ms', { bar: 33 }),
      row(`follow.${rate}.p95`, percentile(latencies, 95), 'ms', { bar: 60 }),
      row(`follow.${rate}.longest-task`, longest, 'ms'),
    ];
  });
}

/** Real wheel events over arriving lines: frames a second, the worst frame, the longest task. */
async function scroll(lab, url) {
  return await lab.visit(url, async (page) => {
    await page.evaluate(() => globalThis.bench.when(() => globalThis.bench.rows().length > 5));
    await seconds(pauseSeconds + 2);
    await page.mouse.move(600, 400);
    await page.evaluate(() => globalThis.bench.reset());
    const end = performance.now() + 5000;
    for (let i = 0; performance.now() < end; i++) {
      await page.mouse.wheel(0, i % 60 < 40 ? -120 : 120);
      await seconds(0.016);
    }
    const { frames, longest } = await page.evaluate(() => globalThis.bench.result());
    const total = frames.reduce((sum, frame) => sum + frame, 0);
    return { fps: (frames.length * 1000) / total, worst: Math.max(...frames), longest };
  });
}

async function million(lab) {
  const count = 1_000_000;
  const rows = [];
  lab.prepare(count);
  await lab.visit(lab.address.viewer(`backlog-${count}`), async (page) => {
    const first = await page.evaluate(() => globalThis.bench.when(() => globalThis.bench.rows().length > 5));
    const all = await page.evaluate((n) => globalThis.bench.newest(n), count - 1);
    const peerValue = await loadTime(lab, lab.address.baseline(`backlog-${count}`), count);
    rows.push(row('million.first-rows', first, 'ms', { bar: 1500 }));
    rows.push(row('million.load', all, 'ms', { peer: 'baseline', peerValue, bar: 0.2, of: 'ratio' }));
    rows.push(row('million.bytes-a-line', (await lab.memory(page)) / count, 'B', { bar: 220 }));
    rows.push(...(await searches(page)), ...(await jumps(page, count)), await blanks(page));
  });
  return rows;
}

/** Time from the input, as the browser took it, to what it brings about painted: `expect` makes the promise of that. */
async function timed(page, text, expect) {
  await page.evaluate(expect);
  await search(page).evaluate((input) => input.addEventListener('input', ({ timeStamp }) => (globalThis.began = timeStamp), { once: true }));
  await search(page).fill(text);
  return await page.evaluate(async () => (await globalThis.painted) - globalThis.began);
}

async function searches(page) {
  const rows = [];
  const found = () => {
    globalThis.painted = globalThis.bench.when(() => document.querySelector('#search-state').textContent.startsWith('100 matches'));
  };
  const screen = () => {
    globalThis.painted = globalThis.bench.when(() => globalThis.bench.lastText().includes('rareneedle'));
  };
  const run = async (text) => {
    await search(page).fill('');
    await seconds(0.5);
    return await timed(page, text, found);
  };
  rows.push(row('million.substring', await run('rareneedle'), 'ms', { bar: 300 }));
  await page.getByRole('button', { name: 'Regular expression' }).click();
  rows.push(row('million.regex', await run('rare(needle|thread)'), 'ms', { bar: 1000 }));
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await page.getByRole('button', { name: 'Only matching lines' }).click();
  await search(page).fill('nothing at all');
  await seconds(1);
  const firstScreen = await timed(page, 'rareneedle', screen);
  rows.push(row('million.substring.first-screen', firstScreen, 'ms', { bar: 50 }));
  await page.getByRole('button', { name: 'Only matching lines' }).click();
  await search(page).fill('');

  // From the key as the browser took it to the frame after the one that shows it.
  await search(page).evaluate((input) => {
    globalThis.typed = [];
    input.addEventListener('input', ({ timeStamp }) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => globalThis.typed.push(performance.now() - timeStamp);
        port2.postMessage(0);
      }),
    );
  });
  await search(page).focus();
  for (const key of 'timeout=none') {
    await page.keyboard.press(key);
    await seconds(0.15);
  }
  rows.push(row('million.typing.p95', percentile(await page.evaluate(() => globalThis.typed), 95), 'ms', { bar: 60 }));
  await search(page).fill('');
  return rows;
}

/** Frames until the row that belongs at a random place is drawn. */
async function jumps(page, count) {
  const frames = await page.evaluate(async (total) => {
    const list = document.querySelector('[role=log]');
    const results = [];
    for (let i = 1; i <= 20; i++) {
      const fraction = (i * 0.6180339887) % 1;
      list.scrollTop = fraction * (list.scrollHeight - list.clientHeight);
      let frame = 0;
      for (; frame < 60; frame++) {
        await new Promise(requestAnimationFrame);
        const { top, bottom } = list.getBoundingClientRect();
        const visible = [...globalThis.bench.rows()].filter((line) => {
          const box = line.getBoundingClientRect();
          return box.bottom > top && box.top < bottom;
        });
        const n = Number(/seq=(\d+)/.exec(visible[0]?.textContent ?? '')?.[1] ?? -1);
        if (visible.length > 20 && Math.abs(n - fraction * total) < total * 0.002) break;
      }
      results.push(frame + 1);
    }
    return results;
  }, count);
  return [row('million.jump.median', median(frames), 'frames', { bar: 3 }), row('million.jump.worst', Math.max(...frames), 'frames')];
}

/** Frames in which real wheel and page keys left some of the list without rows. */
async function blanks(page) {
  const list = page.getByRole('log');
  await list.focus();
  await page.keyboard.press('Home');
  await seconds(1);
  await page.evaluate(() => {
    globalThis.blank = 0;
    const element = document.querySelector('[role=log]');
    const { port1, port2 } = new MessageChannel();
    // After the frame's own callbacks: what it paints, not what it begins with.
    const look = () => {
      port2.postMessage(0);
      requestAnimationFrame(look);
    };
    port1.onmessage = () => {
      const { top, bottom } = element.getBoundingClientRect();
      const boxes = [...globalThis.bench.rows()].map((line) => line.getBoundingClientRect());
      const covered = boxes.some((box) => box.top <= top + 1) && boxes.some((box) => box.bottom >= bottom - 1);
      if (!covered) globalThis.blank++;
    };
    requestAnimationFrame(look);
  });
  await page.mouse.move(600, 400);
  for (let i = 0; i < 100; i++) {
    await page.mouse.wheel(0, 600);
    await seconds(0.016);
  }
  await list.focus();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('PageDown');
    await seconds(0.05);
  }
  return row('million.scroll.blank-frames', await page.evaluate(() => globalThis.blank), 'frames', { bar: 0 });
}

/** What is measured, by name. */
export const parts = {
  load5k: (lab, options) => load(lab, options, '5k', 5000, 1 / 3),
  load100k: (lab, options) => load(lab, options, '100k', 100_000, 1 / 6),
  follow100: (lab) => follow(lab, 100),
  follow2000: (lab) => follow(lab, 2000),
  async scroll(lab) {
    const viewer = await scroll(lab, lab.address.viewer('rate-20000'));
    const baseline = await scroll(lab, lab.address.baseline('rate-20000'));
    return [
      row('scroll.20000.fps', viewer.fps, 'frames/s', { peer: 'baseline', peerValue: baseline.fps, bar: 50, least: true }),
      row('scroll.20000.worst-frame', viewer.worst, 'ms', { peer: 'baseline', peerValue: baseline.worst }),
      row('scroll.20000.longest-task', viewer.longest, 'ms', { peer: 'baseline', peerValue: baseline.longest, bar: 50 }),
    ];
  },
  million,
  async bundle(lab, { rounds, bundle }) {
    const [time] = await interleaved(rounds, () => interactive(lab));
    return [row('bundle', bundle() / 1024, 'KiB', { bar: 120 }), row('interactive', time, 'ms', { bar: 500 })];
  },
  /** A processor four times slower: what a laptop on battery, or a phone, sees. */
  async throttled(lab, { rounds }) {
    lab.prepare(5000);
    const [ready] = await interleaved(rounds, () => interactive(lab, 4));
    const [value, peerValue] = await interleaved(
      rounds,
      () => loadTime(lab, lab.address.viewer('backlog-5000'), 5000, 4),
      () => loadTime(lab, lab.address.baseline('backlog-5000'), 5000, 4),
    );
    return [row('throttled-4x.interactive', ready, 'ms'), row('throttled-4x.load.5k', value, 'ms', { peer: 'baseline', peerValue })];
  },
};
