import { formatNumber, text } from '../messages';
import type { Histogram } from '../stream/histogram';
import { formatTime } from './list/time';

const height = 36;
/** Levels from the bottom up: error and fatal, warn, info, the rest. */
const groups = [
  { name: 'error', levels: [5, 6] },
  { name: 'warn', levels: [4] },
  { name: 'info', levels: [3] },
  { name: 'rest', levels: [0, 1, 2] },
];

/** Lines over time, stacked by level; a click goes there. Those who do not point go by "Go to time". */
export function HistogramStrip({ histogram, onTime }: { histogram: Histogram; onTime(time: number): void }) {
  const { bars, step } = histogram;
  if (bars.length < 2) return null;
  const most = Math.max(...bars.map((bar) => bar.counts.reduce((sum, count) => sum + count, 0)));
  const first = bars[0]!.start;
  const total = bars.reduce((sum, bar) => sum + bar.counts.reduce((a, b) => a + b, 0), 0);
  const label = `${text.volume}: ${formatNumber(total)}, ${formatTime(first, 'date')} – ${formatTime(bars.at(-1)!.start + step, 'date')}`;
  return (
    <figure className="volume">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: "Go to time" is the way by keyboard */}
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${bars.length} ${height}`}
        preserveAspectRatio="none"
        onClick={(event) => {
          const { left, width } = event.currentTarget.getBoundingClientRect();
          onTime(first + Math.floor(((event.clientX - left) / width) * bars.length) * step);
        }}
      >
        {bars.map((bar, x) => {
          const sum = bar.counts.reduce((a, b) => a + b, 0);
          const scale = ((height - 2) * Math.sqrt(sum / most)) / Math.max(1, sum);
          let y = height;
          return (
            <g key={bar.start}>
              <title>{`${formatTime(bar.start, 'date').slice(0, -4)} · ${formatNumber(sum)}`}</title>
              <rect className="hit" x={x} y={0} width={1} height={height} />
              {groups.map(({ name, levels }) => {
                const count = levels.reduce((total, level) => total + bar.counts[level]!, 0);
                if (count === 0) return null;
                // The whole grows with the square root, and no part is thinner than this: a single error is seen.
                const size = Math.max(1.5, count * scale);
                y -= size;
                return <rect key={name} className={name} x={x + 0.08} y={Math.max(0, y)} width={0.84} height={size} />;
              })}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>{formatTime(first, 'time').slice(0, -4)}</span>
        <span>{formatTime(bars.at(-1)!.start + step, 'time').slice(0, -4)}</span>
      </figcaption>
    </figure>
  );
}
