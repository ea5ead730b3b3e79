// Runs in the page before anything else: watches frames, long tasks and what the last row says.
globalThis.bench = (() => {
  const frames = [];
  const latencies = [];
  let longest = 0;
  let seen = '';
  let first = 0;
  const waiting = [];

  const rows = () => document.querySelectorAll('.line[data-cursor], .list .line');
  const lastText = () => {
    const all = rows();
    return all.length > 0 ? all[all.length - 1].textContent : '';
  };

  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
  }).observe({ type: 'longtask', buffered: true });

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
    for (let i = waiting.length - 1; i >= 0; i--) {
      if (!waiting[i].condition()) continue;
      const { done } = waiting.splice(i, 1)[0];
      // The row is in the document: the frame after this one has painted it.
      requestAnimationFrame(() => done(performance.now()));
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  return {
    lastText,
    rows,
    /** Time since navigation at which a condition had been painted. */
    when: (condition) => new Promise((done) => waiting.push({ condition, done })),
    newest: (n) => globalThis.bench.when(() => lastText().includes(`seq=${n} `)),
    reset() {
      frames.length = 0;
      latencies.length = 0;
      longest = 0;
    },
    result: () => ({ frames: [...frames], latencies: [...latencies], longest, first }),
  };
})();
