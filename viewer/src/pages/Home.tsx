import { type FormEvent, useCallback, useEffect, useMemo, useState } from 'react';
import { ApiError, type LogView, listAll, logViewResource, Namespaces } from '../api/kubernetes';
import { signInPage } from '../api/session';
import { createLogView, existingLogView, listWorkloads, type Workload } from '../api/workloads';
import { text } from '../messages';
import { logViewPath } from '../root';
import { read, write } from '../theme';
import { SessionMenu } from '../view/SessionMenu';
import { ThemeButton } from '../view/ThemeButton';
import { navigate } from './App';
import { LogViewTable } from './LogViewTable';
import { WorkloadTable } from './WorkloadTable';

/** What there is is listed again this often while the page is visible. */
const refreshMilliseconds = 15_000;
const namespacesKey = 'kdd.namespaces';

interface Listed {
  logViews: LogView[];
  workloads: Workload[];
  denied: boolean;
}

export function Home() {
  const [extra, setExtra] = useState<string[]>(() => (read(namespacesKey) ?? '').split(' ').filter(Boolean));
  const { listed, error } = useListed(extra);
  const [part, setPart] = useState('');
  const [failure, setFailure] = useState('');

  useEffect(() => {
    document.title = 'kdd';
  }, []);

  const open = async (workload: Workload) => {
    try {
      const logView = existingLogView(listed?.logViews ?? [], workload) ?? (await createLogView(workload));
      navigate(logViewPath(workload.namespace, logView.metadata.name));
    } catch (problem) {
      setFailure(text.createFailed((problem as Error).message));
    }
  };

  const named = <T extends { namespace: string; name: string }>(of: T) =>
    `${of.namespace}/${of.name}`.includes(part.trim());
  const logViews = listed?.logViews.filter(({ metadata }) => named(metadata)) ?? [];
  const workloads = listed?.workloads.filter(named) ?? [];

  return (
    <div className="home">
      <header className="bar">
        <h1 className="brand">kdd</h1>
        <span className="grow" />
        <SessionMenu />
        <ThemeButton />
      </header>
      <main className="page">
        <Problem error={error} />
        {failure !== '' && (
          <p className="problem" role="alert">
            {failure}
          </p>
        )}
        {listed && (
          <input
            type="search"
            className="names"
            aria-label={text.filterNames}
            placeholder={text.filterNames}
            value={part}
            onChange={(event) => setPart(event.target.value)}
          />
        )}
        {listed?.denied && <AskNamespace known={extra} onChange={setExtra} />}
        {listed && part !== '' && logViews.length + workloads.length === 0 && <p>{text.nothingNamed(part)}</p>}
        {listed && (logViews.length > 0 || part === '') && (
          <section>
            <h2>{text.logViews}</h2>
            {logViews.length === 0 ? <Empty /> : <LogViewTable logViews={logViews} />}
          </section>
        )}
        {workloads.length > 0 && (
          <section>
            <h2>{text.workloads}</h2>
            <WorkloadTable workloads={workloads} onOpen={open} />
          </section>
        )}
      </main>
    </div>
  );
}

/** LogViews and workloads, listed anew every 15 s while somebody looks. */
function useListed(extra: readonly string[]): { listed: Listed | undefined; error: Error | undefined } {
  const [listed, setListed] = useState<Listed>();
  const [error, setError] = useState<Error>();
  const namespaces = useMemo(() => new Namespaces(extra), [extra]);
  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const [logViews, workloads] = await Promise.all([
          listAll<LogView>(logViewResource, namespaces, signal),
          listWorkloads(namespaces, signal),
        ]);
        setListed({ logViews: logViews.items, workloads, denied: logViews.denied });
        setError(undefined);
      } catch (problem) {
        if (!signal.aborted) setError(problem as Error);
      }
    },
    [namespaces],
  );
  useEffect(() => {
    const abort = new AbortController();
    const refresh = () => {
      if (!document.hidden) void load(abort.signal);
    };
    refresh();
    const timer = setInterval(refresh, refreshMilliseconds);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      abort.abort();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [load]);
  return { listed, error };
}

function Problem({ error }: { error: Error | undefined }) {
  if (!error) return null;
  if (error instanceof ApiError && error.code === 401) {
    return (
      <p className="problem" role="alert">
        {text.signInFirst} <a href={signInPage}>{text.signIn}</a>
      </p>
    );
  }
  return (
    <p className="problem" role="alert">
      {text.loadFailed(error.message)}
    </p>
  );
}

function AskNamespace({ known, onChange }: { known: readonly string[]; onChange(names: string[]): void }) {
  const add = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('namespace') ?? '').trim();
    if (name === '') return;
    const names = [...new Set([...known, name])];
    write(namespacesKey, names.join(' '));
    onChange(names);
  };
  return (
    <form onSubmit={add} className="ask">
      <label>
        {text.askNamespace} <input name="namespace" autoComplete="off" spellCheck={false} />
      </label>
      <button type="submit">{text.show}</button>
    </form>
  );
}

function Empty() {
  return (
    <div className="empty">
      <p>{text.emptyHome}</p>
      <pre>{`apiVersion: kdd.dev/v1alpha1
kind: LogView
metadata: {name: my-app, namespace: default}
spec:
  workload: {kind: Deployment, name: my-app}`}</pre>
    </div>
  );
}
