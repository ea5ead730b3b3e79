import { type FormEvent, useEffect, useState } from 'react';
import { ApiError } from '../api/kubernetes';
import { signInPage } from '../api/session';
import { createLogView, existingLogView, type Workload } from '../api/workloads';
import { text } from '../messages';
import { logViewPath } from '../root';
import { read, write } from '../theme';
import { SessionMenu } from '../view/SessionMenu';
import { ThemeButton } from '../view/ThemeButton';
import { navigate } from './App';
import { LogViewTable } from './LogViewTable';
import { useListed } from './listed';
import { WorkloadTable } from './WorkloadTable';

const namespacesKey = 'kdd.namespaces';

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
