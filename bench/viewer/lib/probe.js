// Runs in the page before anything else: watches frames, long tasks and what the last row says.
globalThis.bench = (() => {
  const frames = [];
  const latencies = [];
  let longest = 0;
  let seen = '';
  let first = 0;
  const waiting = [];
  /** What takes longer than this never comes: a measurement fails rather than hang. */
  const deadline = 900_000;

  const rows = () => document.querySelectorAll('.line[data-cursor], .list .line');
  const lastText = () => {
    const all = rows();
    return all.length > 0 ? all[all.length - 1].textContent : '';
  };

  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
  }).observe({ type: 'longtask', buffered: true });

  // After the frame's own callbacks: what it shows. It is on the screen when the next frame begins.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (!waiting[i].condition()) continue;
      const { done } = waiting.splice(i, 1)[0];
      requestAnimationFrame(() => done(performance.now()));
    }
  };

  let previous = 0;
  const frame = (now) => {
    if (previous > 0) frames.push(now - previous);
    previous = now;
    const text = lastText();
    if (text !== seen) {
      seen = text;
      if (first === 0) first = performance.now();
      const written = Number(/ at=(\d+)|at=(\d+)/.exec(text)?.[0].trim().slice(3) ?? 0);
      if (written > 0) latencies.push(Date.now() - written);
    }
    port2.postMessage(0);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  return {
    lastText,
    rows,
    /** Time since navigation at which a condition had been painted. */
    when: (condition) =>
      new Promise((done, fail) => {
        waiting.push({ condition, done });
        setTimeout(() => fail(new Error(`did not come about: ${condition}`)), deadline);
      }),
    newest: (n) => globalThis.bench.when(() => lastText().includes(`seq=${n} `)),
    reset() {
      frames.length = 0;
      latencies.length = 0;
      longest = 0;
    },
    result: () => ({ frames: [...frames], latencies: [...latencies], longest, first }),
  };
})();
