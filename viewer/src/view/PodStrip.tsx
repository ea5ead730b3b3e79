import { text } from '../messages';
import type { PodState } from '../stream/protocol';
import type { SourceStatus } from '../stream/wire';
import { podColour } from './colours';

interface Props {
  pods: readonly PodState[];
  sources: readonly SourceStatus[];
  picked: readonly string[];
  onPick(pods: string[]): void;
}

/** One toggle a pod: picks it out, while all go on streaming. */
export function PodStrip({ pods, sources, picked, onPick }: Props) {
  if (pods.length === 0) return null;
  const toggle = (name: string) =>
    onPick(picked.includes(name) ? picked.filter((pod) => pod !== name) : [...picked, name]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be read as a form
    <div className="pods" role="group" aria-label={text.pods}>
      {pods.map((pod) => {
        const worst = sources.find(
          (source) => source.pod === pod.name && source.state !== 'Streaming' && source.state !== 'Ended',
        );
        return (
          <button
            key={pod.name}
            type="button"
            className={`chip c${podColour(pod.name)}${worst ? ' bad' : ''}`}
            aria-pressed={picked.includes(pod.name)}
            aria-label={pod.name}
            title={describe(pod, worst)}
            onClick={() => toggle(pod.name)}
          >
            <span className="dot" aria-hidden="true" />
            <bdi>{pod.name}</bdi>
            {pod.restarts > 0 && <span className="restarts">↻{pod.restarts}</span>}
            <span className="rate">{worst ? worst.state : rateOf(pod.rate)}</span>
          </button>
        );
      })}
    </div>
  );
}

function rateOf(rate: number): string {
  if (rate === 0) return '';
  return rate < 10 ? `${rate.toFixed(1)}/s` : `${Math.round(rate)}/s`;
}

function describe(pod: PodState, worst: SourceStatus | undefined): string {
  const parts = [`${pod.lines} lines`];
  if (pod.what) parts.push(pod.reason ? `${pod.what}: ${pod.reason}` : pod.what);
  if (pod.exitCode !== undefined) parts.push(`exit code ${pod.exitCode}`);
  if (worst) parts.push(`${worst.container}: ${worst.state} ${worst.message ?? worst.reason ?? ''}`);
  return parts.join(', ');
}
