import { type LogView, readiness } from '../api/kubernetes';
import { text } from '../messages';
import { logViewPath } from '../root';
import { Link } from './Link';

export function LogViewTable({ logViews }: { logViews: LogView[] }) {
  const sorted = [...logViews].sort((a, b) => key(a).localeCompare(key(b)));
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{text.namespace}</th>
          <th scope="col">{text.name}</th>
          <th scope="col">{text.workload}</th>
          <th scope="col">{text.ready}</th>
          <th scope="col">{text.streams}</th>
          <th scope="col">{text.age}</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((logView) => (
          <LogViewRow key={key(logView)} logView={logView} />
        ))}
      </tbody>
    </table>
  );
}

function LogViewRow({ logView }: { logView: LogView }) {
  const { namespace, name, creationTimestamp } = logView.metadata;
  const ready = readiness(logView);
  const tone = ready.status === 'True' ? 'good' : ready.status === 'False' ? 'bad' : 'wait';
  return (
    <tr>
      <td className="quiet">{namespace}</td>
      <td>
        <Link href={logViewPath(namespace, name)}>{name}</Link>
      </td>
      <td>{workloadOf(logView)}</td>
      <td>
        <span className={`state ${tone}`} title={ready.message}>
          {ready.reason}
        </span>
      </td>
      <td className="number">{logView.status?.streams?.summary ?? '–'}</td>
      <td className="quiet" title={creationTimestamp}>
        {ageOf(creationTimestamp)}
      </td>
    </tr>
  );
}

const key = ({ metadata }: LogView) => `${metadata.namespace}/${metadata.name}`;

function workloadOf({ spec }: LogView): string {
  if (spec.workload) return `${spec.workload.kind}/${spec.workload.name}`;
  const labels = Object.entries(spec.selector?.matchLabels ?? {});
  return labels.map(([label, value]) => `${label}=${value}`).join(', ');
}

/** As kubectl writes ages: the two largest units while small, one when large. */
function ageOf(creationTimestamp: string): string {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(creationTimestamp)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
