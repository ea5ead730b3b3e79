import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { describeConnection, describeCounts, text } from '../messages';
import { root, streamUrl } from '../root';
import { LogList, type LogListHandle } from '../view/list/LogList';
import { PodStrip } from '../view/PodStrip';
import { useLinkState } from '../view/state';
import { ThemeButton } from '../view/ThemeButton';
import { LevelSelect, SearchBox, Toggle } from '../view/Toolbar';
import { Viewer } from '../view/viewer';
import { Link } from './Link';

interface Props {
  namespace: string;
  name: string;
}

export function LogViewPage({ namespace, name }: Props) {
  const [viewer] = useState(() => new Viewer());
  const state = useSyncExternalStore(viewer.subscribe, viewer.snapshot);
  const [link, change] = useLinkState();
  const [follow, setFollow] = useState(link.at === '' && link.line === '' && link.q === '');
  const [wrap, setWrap] = useState(false);
  const [timestamps, setTimestamps] = useState(true);
  const [arrivedAtPause, setArrivedAtPause] = useState(0);
  const [ordinal, setOrdinal] = useState(0);
  const list = useRef<LogListHandle>(null);
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${name} · ${namespace} · kdd`;
    return viewer.start(streamUrl(namespace, name));
  }, [viewer, namespace, name]);

  const { q, regex, only, level } = link;
  const pods = link.pods.join('\n');
  const containers = link.containers.join('\n');
  useEffect(() => {
    viewer.choose({ q, regex, only, level, pods: split(pods), containers: split(containers) });
    setOrdinal(0);
  }, [viewer, q, regex, only, level, pods, containers]);

  const pause = (on: boolean) => {
    setFollow(on);
    setArrivedAtPause(viewer.arrived);
  };
  const onSearch = (value: string) => {
    // Searching is reading: the page stays where it is, the stream goes on.
    if (value !== '' && follow) pause(false);
    change({ q: value });
  };
  const step = async (direction: 1 | -1) => {
    const found = await viewer.step(list.current?.currentRow() ?? -1, direction);
    if (found.row < 0) return;
    if (follow) pause(false);
    setOrdinal(found.ordinal);
    list.current?.jump(found.index, found.row);
  };

  const { counts, connection } = state;
  const filtered = link.pods.length > 0 || link.containers.length > 0 || level > 0 || (only && q !== '');
  const behind = follow ? 0 : counts.arrived - arrivedAtPause;
  const matches =
    q === '' ? '' : counts.matches === 0 && !counts.scanning ? text.noMatches : text.matchesOf(ordinal, counts.matches);

  return (
    <div className="logview">
      <header className="bar">
        <Link href={root.href} className="brand" aria-label={text.home}>
          kdd
        </Link>
        <h1>
          <span className="quiet">{namespace} /</span> {name}
        </h1>
        <Connection state={connection} />
        <span className="grow" />
        <ThemeButton />
      </header>
      <div className="tools" role="toolbar" aria-label="View">
        <SearchBox
          q={q}
          regex={regex}
          error={state.queryError}
          matches={matches}
          input={search}
          onSearch={onSearch}
          onRegex={(on) => change({ regex: on })}
          onStep={step}
        />
        <Toggle on={only} onToggle={(on) => change({ only: on })}>
          {text.only}
        </Toggle>
        <LevelSelect level={level} onLevel={(least) => change({ level: least })} />
        <span className="grow" />
        <Toggle on={timestamps} onToggle={setTimestamps}>
          {text.timestamps}
        </Toggle>
        <Toggle on={wrap} onToggle={setWrap}>
          {text.wrap}
        </Toggle>
        <Toggle on={follow} onToggle={pause} className="follow">
          {text.follow}
        </Toggle>
      </div>
      <PodStrip
        pods={state.pods}
        sources={state.status.sources ?? []}
        picked={link.pods}
        onPick={(picked) => change({ pods: picked })}
      />
      <main className="body">
        <LogList
          viewer={viewer}
          follow={follow}
          wrap={wrap}
          timestamps={timestamps ? 'time' : 'off'}
          onFollow={pause}
          onSelect={(cursor) => change({ line: cursor, at: '' })}
          handle={list}
        />
        {counts.rows === 0 && (
          <p className="nothing">
            {counts.lines > 0 ? text.nothingShown : connection.phase === 'failed' ? connection.message : text.noLines}
          </p>
        )}
        {behind > 0 && (
          <button type="button" className="newer" onClick={() => pause(true)}>
            {text.newLines(behind)} ↓
          </button>
        )}
      </main>
      <footer className="foot">
        <span role="status">{describeCounts(counts, filtered)}</span>
      </footer>
    </div>
  );
}

function Connection({ state }: { state: Parameters<typeof describeConnection>[0] }) {
  const { label, detail, tone } = describeConnection(state);
  return (
    <span role="status" className={`state ${tone}`} title={detail}>
      {label}
      {detail !== '' && <span className="detail"> {detail}</span>}
    </span>
  );
}

function split(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
