export function median(values) {
  return percentile(values, 50);
}

export function percentile(values, p) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
}

/** A row of the results. `bar` is met when the value, or with `of: 'ratio'` the ratio to the peer, is at most (or least) it. */
export function row(name, value, unit, { peer, peerValue, bar, of = 'value', least = false } = {}) {
  const ratio = peerValue > 0 ? value / peerValue : undefined;
  const judged = of === 'ratio' ? ratio : value;
  const met = bar === undefined || judged === undefined ? undefined : least ? judged >= bar : judged <= bar;
  return { name: `viewer.${name}`, value: round(value), unit, peer, peerValue: round(peerValue), ratio: round(ratio), bar, met };
}

function round(value) {
  return value === undefined || Number.isNaN(value) ? undefined : Math.round(value * 1000) / 1000;
}

export function table(rows) {
  const lines = rows.map((r) => `| ${r.name} | ${r.value ?? '–'} ${r.unit} | ${r.peer ? `${r.peerValue ?? '–'} ${r.unit} (${r.peer})` : ''} | ${r.ratio ?? ''} | ${r.bar ?? ''} | ${r.met === undefined ? '' : r.met ? 'yes' : 'NO'} |`);
  return ['| name | value | peer | ratio | bar | met |', '|---|---|---|---|---|---|', ...lines].join('\n');
}
