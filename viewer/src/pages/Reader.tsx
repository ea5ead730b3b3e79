import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { readingOf } from '../early';
import { describeConnection, describeCounts, describeGaps, describeReady, text } from '../messages';
import { logViewPath, root, streamUrl } from '../root';
import { serverQuery } from '../stream/narrow';
import type { Detail } from '../stream/protocol';
import { Announcer } from '../view/Announcer';
import { Details } from '../view/Details';
import { HistogramStrip } from '../view/HistogramStrip';
import { KeySheet } from '../view/KeySheet';
import { useKeys } from '../view/keys';
import { LogList } from '../view/list/LogList';
import { Narrowing } from '../view/Narrowing';
import { PodStrip } from '../view/PodStrip';
import { SessionMenu } from '../view/SessionMenu';
import { Newest, State } from '../view/Status';
import { timestampsOf } from '../view/settings';
import { useLinkState, writeState } from '../view/state';
import { ThemeButton } from '../view/ThemeButton';
import { LevelSelect, SearchBox, Toggle } from '../view/Toolbar';
import { useSettings } from '../view/useSettings';
import { ViewOptions } from '../view/ViewOptions';
import { Link } from './Link';

interface Props {
  namespace: string;
  name: string;
  /** The query by which the server leaves lines out; '' for none. */
  narrowed: string;
  onNarrow(query: string): void;
}

/** One stream of a LogView, and everything to read it with. */
export function Reader({ namespace, name, narrowed, onNarrow }: Props) {
  const [{ viewer, list }] = useState(() => readingOf(streamUrl(namespace, name) + narrowed));
  const state = useSyncExternalStore(viewer.subscribe, viewer.snapshot);
  const [link, change] = useLinkState();
  const [settings, setSettings] = useSettings();
  const [follow, setFollow] = useState(list.follows && link.at === '' && link.line === '' && link.q === '');
  const [arrivedAtPause, setArrivedAtPause] = useState(0);
  const [ordinal, setOrdinal] = useState(0);
  const [muted, setMuted] = useState<string[]>([]);
  const [toggled, setToggled] = useState<number[]>([]);
  const [detail, setDetail] = useState<Detail>();
  const [sheet, setSheet] = useState(false);
  const [notice, setNotice] = useState('');
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${name} · ${namespace} · kdd`;
    return () => {
      list.dispose();
      viewer.stop();
    };
  }, [viewer, list, namespace, name]);

  const { q, regex, only, level } = link;
  const { context, fold } = settings;
  const choice = useMemo(
    () => ({ q, regex, only, level, context, fold, pods: link.pods, containers: link.containers, muted, toggled }),
    [q, regex, only, level, context, fold, link.pods, link.containers, muted, toggled],
  );
  useEffect(() => viewer.choose(choice), [viewer, choice]);

  const pause = (on: boolean) => {
    setFollow(on);
    setArrivedAtPause(viewer.arrived);
    if (on) {
      list.clearCurrent();
      change({ at: '', line: '' });
    }
  };
  const onSearch = (value: string) => {
    // Searching is reading: the page stays where it is, the stream goes on.
    if (value !== '' && follow) pause(false);
    setOrdinal(0);
    change({ q: value });
  };
  const show = (index: number, row: number) => {
    if (follow) pause(false);
    list.jump(index, row);
  };
  const step = async (direction: 1 | -1) => {
    const found = await viewer.step(list.currentRow, direction);
    if (found.row < 0) return;
    setOrdinal(found.ordinal);
    show(found.index, found.row);
  };
  const goTo = async (time: number) => {
    const found = await viewer.find({ time });
    if (found.row < 0) return;
    show(found.index, found.row);
    change({ at: new Date(time).toISOString(), line: '' });
  };
  const open = async (row: number) => setDetail(await viewer.detail(row));

  const { counts, connection } = state;
  useLinkedPlace(connection.phase === 'live' || connection.phase === 'ended', async () => {
    setArrivedAtPause(viewer.arrived);
    if (link.line === '' && link.at === '') {
      list.release();
      return;
    }
    const found = await viewer.find(link.line ? { cursor: link.line } : { time: Date.parse(link.at) });
    if (found.row < 0) {
      setNotice(text.linkGone);
      list.release();
    } else list.jump(found.index, found.row);
  });

  useKeys(
    {
      search: () => search.current?.focus(),
      step,
      move: (direction) => {
        if (follow) pause(false);
        list.move(direction);
      },
      open: () => void open(list.currentRow),
      follow: () => pause(!follow),
      only: () => change({ only: !only }),
      wrap: () => setSettings({ wrap: !settings.wrap }),
      timestamps: () => setSettings({ timestamps: !settings.timestamps }),
      fold: () => setSettings({ fold: !fold }),
      level: (by) => change({ level: Math.min(6, Math.max(0, level + by)) }),
      sheet: () => setSheet(true),
      escape: () => {
        setDetail(undefined);
        if (document.activeElement === search.current) list.focus();
      },
    },
    settings.shortcuts,
  );

  const ready = describeReady(state.status.conditions?.find(({ type }) => type === 'Ready'));
  const filtered = counts.shown !== counts.lines || link.pods.length > 0 || level > 0 || (only && q !== '');
  const behind = follow ? 0 : counts.arrived - arrivedAtPause;
  const matches =
    q === '' ? '' : counts.matches === 0 && !counts.scanning ? text.noMatches : text.matchesOf(ordinal, counts.matches);

  return (
    <div className="logview">
      <header>
        <div className="bar">
          <Link href={root.href} className="brand" aria-label={text.home}>
            kdd
          </Link>
          <h1>
            <span className="quiet">{namespace} /</span> {name}
          </h1>
          <State of={describeConnection(connection)} />
          {ready && <State of={ready} />}
          <span className="grow" />
          <SessionMenu />
          <ThemeButton />
        </div>
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
          <Toggle on={settings.timestamps} onToggle={(timestamps) => setSettings({ timestamps })}>
            {text.timestamps}
          </Toggle>
          <Toggle on={settings.wrap} onToggle={(wrap) => setSettings({ wrap })}>
            {text.wrap}
          </Toggle>
          <Toggle on={follow} onToggle={pause} className="follow">
            {text.follow}
          </Toggle>
          <ViewOptions
            settings={settings}
            onSettings={setSettings}
            onTime={goTo}
            onDownload={async (format) => save(await viewer.download(format), `${namespace}-${name}`, format)}
            onKeyboard={() => setSheet(true)}
            latest={Date.now()}
          />
        </div>
        <PodStrip
          pods={state.pods}
          sources={state.status.sources ?? []}
          picked={link.pods}
          muted={muted}
          onPick={(pods) => change({ pods })}
          onMute={setMuted}
        />
        <HistogramStrip histogram={state.histogram} onTime={goTo} />
      </header>
      <div className="body">
        <main className="stage">
          <LogList
            list={list}
            follow={follow}
            wrap={settings.wrap}
            timestamps={timestampsOf(settings)}
            onFollow={pause}
            onSelect={(row, cursor, wanted) => {
              // The line under the pointer would run away from its reader.
              if (follow) pause(false);
              change({ line: cursor, at: '' });
              if (wanted || detail) void open(row);
            }}
            onFold={(head) =>
              setToggled((heads) => (heads.includes(head) ? heads.filter((h) => h !== head) : [...heads, head]))
            }
          />
          {counts.rows === 0 && <p className="nothing">{nothingBecause(counts.lines, connection, ready?.detail)}</p>}
          {behind > 0 && (
            <button type="button" className="newer" onClick={() => pause(true)}>
              {text.newLines(behind)} ↓
            </button>
          )}
        </main>
        {detail && (
          <Details
            detail={detail}
            link={logViewPath(namespace, name) + writeState({ ...link, line: detail.cursor, at: '' })}
            onClose={() => setDetail(undefined)}
          />
        )}
      </div>
      <Narrowing narrowed={narrowed} wanted={serverQuery(choice)} olderGone={counts.evicted > 0} onNarrow={onNarrow} />
      <footer className="foot">
        <span role="status">{describeCounts(counts, filtered)}</span>
        <span role="status" className="warn">
          {notice || describeGaps(counts)}
        </span>
        <span className="grow" />
        <Newest newest={counts.newest} />
      </footer>
      <Announcer viewer={viewer} on={settings.announce} />
      {sheet && (
        <KeySheet
          onClose={() => {
            setSheet(false);
            list.focus();
          }}
        />
      )}
    </div>
  );
}

/** Goes to the place that the link names, once, as soon as the backlog is there. */
function useLinkedPlace(ready: boolean, go: () => Promise<void>): void {
  const gone = useRef(false);
  const latest = useRef(go);
  latest.current = go;
  useEffect(() => {
    if (!ready || gone.current) return;
    gone.current = true;
    void latest.current();
  }, [ready]);
}

function nothingBecause(lines: number, connection: Parameters<typeof describeConnection>[0], ready = ''): string {
  if (lines > 0) return text.nothingShown;
  return connection.phase === 'failed' || connection.phase === 'waiting'
    ? describeConnection(connection).detail
    : ready || text.noLines;
}

function save(blob: Blob, name: string, format: 'text' | 'ndjson'): void {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(blob);
  anchor.download = `${name}.${format === 'text' ? 'log' : 'ndjson'}`;
  anchor.click();
  // The browser reads the blob after the click: it is let go a minute later.
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
}
