import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { type LogView, listLogViews, readiness } from '../api/kubernetes';
import { text } from '../messages';
import { logViewPath } from '../root';
import { read, write } from '../theme';
import { ThemeButton } from '../view/ThemeButton';
import { Link } from './Link';

/** LogViews are listed again this often while the page is visible. */
const refreshMilliseconds = 15_000;
const namespacesKey = 'kdd.namespaces';

export function Home() {
  const [logViews, setLogViews] = useState<LogView[]>();
  const [denied, setDenied] = useState(false);
  const [error, setError] = useState('');
  const [extra, setExtra] = useState<string[]>(() => (read(namespacesKey) ?? '').split(' ').filter(Boolean));

  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const result = await listLogViews(extra, signal);
        setLogViews(result.logViews);
        setDenied(result.denied);
        setError('');
      } catch (failure) {
        if (!signal.aborted) setError((failure as Error).message);
      }
    },
    [extra],
  );

  useEffect(() => {
    document.title = 'kdd';
    const abort = new AbortController();
    void load(abort.signal);
    const timer = setInterval(() => {
      if (!document.hidden) void load(abort.signal);
    }, refreshMilliseconds);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [load]);

  const addNamespace = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('namespace') ?? '').trim();
    if (name === '') return;
    const names = [...new Set([...extra, name])];
    write(namespacesKey, names.join(' '));
    setExtra(names);
  };

  return (
    <div className="home">
      <header className="bar">
        <h1 className="brand">kdd</h1>
        <span className="grow" />
        <ThemeButton />
      </header>
      <main className="page">
        <h2>{text.logViews}</h2>
        {error !== '' && (
          <p className="problem" role="alert">
            {text.loadFailed(error)}
          </p>
        )}
        {denied && (
          <form onSubmit={addNamespace} className="ask">
            <label>
              {text.askNamespace} <input name="namespace" autoComplete="off" spellCheck={false} />
            </label>
            <button type="submit">{text.show}</button>
          </form>
        )}
        {logViews && logViews.length === 0 && !denied && <Empty />}
        {logViews && logViews.length > 0 && <LogViewTable logViews={logViews} />}
      </main>
    </div>
  );
}

function Empty() {
  return (
    <div className="empty">
      <p>{text.emptyHome}</p>
      <pre>{`kubectl apply -f - <<EOF
apiVersion: kdd.dev/v1alpha1
kind: LogView
metadata: {name: my-app, namespace: default}
spec:
  workload: {kind: Deployment, name: my-app}
EOF`}</pre>
    </div>
  );
}

function LogViewTable({ logViews }: { logViews: LogView[] }) {
  const sorted = [...logViews].sort((a, b) => key(a).localeCompare(key(b)));
  return (
    <table className="logviews">
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
          <LogViewRow key={logView.metadata.uid ?? key(logView)} logView={logView} />
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

const key = (logView: LogView) => `${logView.metadata.namespace}/${logView.metadata.name}`;

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
