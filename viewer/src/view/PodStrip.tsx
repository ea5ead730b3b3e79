import { text } from '../messages';
import type { PodState } from '../stream/protocol';
import type { SourceStatus } from '../stream/wire';
import { podColour } from './colours';

interface Props {
  pods: readonly PodState[];
  sources: readonly SourceStatus[];
  picked: readonly string[];
  muted: readonly string[];
  onPick(pods: string[]): void;
  onMute(pods: string[]): void;
}

/** One toggle a pod: picks it out, while all go on streaming. With Shift it is muted: its lines alone are left out. */
export function PodStrip({ pods, sources, picked, muted, onPick, onMute }: Props) {
  if (pods.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be read as a form
    <div className="pods" role="group" aria-label={text.pods}>
      {pods.map((pod) => {
        const worst = sources.find(
          ({ pod: name, state }) => name === pod.name && state !== 'Streaming' && state !== 'Ended',
        );
        const isMuted = muted.includes(pod.name);
        return (
          <button
            key={pod.name}
            type="button"
            className={`chip c${podColour(pod.name)}${worst ? ' bad' : ''}${isMuted ? ' muted' : ''}`}
            aria-pressed={picked.includes(pod.name)}
            aria-description={describe(pod, worst, isMuted)}
            title={`${describe(pod, worst, isMuted)}\n${text.muteHint}`}
            onClick={(event) => {
              if (event.shiftKey) onMute(toggled(muted, pod.name));
              else onPick(toggled(picked, pod.name));
            }}
          >
            <span className="dot" aria-hidden="true" />
            <bdi>{pod.name}</bdi>
            {pod.restarts > 0 && (
              <span className="restarts" aria-hidden="true">
                ↻{pod.restarts}
              </span>
            )}
            {(pod.exitCode ?? 0) !== 0 && (
              <span className="restarts" aria-hidden="true">
                {pod.reason || `exit ${pod.exitCode}`}
              </span>
            )}
            <span className="rate" aria-hidden="true">
              {isMuted ? text.muted : worst ? worst.state : rateOf(pod.rate)}
            </span>
          </button>
        );
      })}
    </div>
  );
}

function toggled(names: readonly string[], name: string): string[] {
  return names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
}

function rateOf(rate: number): string {
  if (rate === 0) return '';
  return rate < 10 ? `${rate.toFixed(1)}/s` : `${Math.round(rate)}/s`;
}

function describe(pod: PodState, worst: SourceStatus | undefined, isMuted: boolean): string {
  const parts = [`${pod.lines} lines`];
  if (pod.what) parts.push(pod.reason ? `${pod.what}: ${pod.reason}` : pod.what);
  if (pod.exitCode !== undefined) parts.push(`exit code ${pod.exitCode}`);
  if (isMuted) parts.push(text.muted);
  if (worst) parts.push(`${worst.container}: ${worst.state} ${worst.message ?? worst.reason ?? ''}`);
  return parts.join(', ');
}
