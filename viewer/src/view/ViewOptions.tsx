import { type FormEvent, type ReactNode, useState } from 'react';
import { formatNumber, text } from '../messages';
import { parseTime } from './gototime';
import { keepChoices, type Settings } from './settings';

interface Props {
  settings: Settings;
  onSettings(change: Partial<Settings>): void;
  onTime(time: number): void;
  onDownload(format: 'text' | 'ndjson'): void;
  onKeyboard(): void;
  latest: number;
}

const popover = 'view-options';
const contexts = [0, 1, 2, 5, 10, 25];

/** What is set now and then: one popover, so that the toolbar stays calm. */
export function ViewOptions({ settings, onSettings, onTime, onDownload, onKeyboard, latest }: Props) {
  const close = () => document.getElementById(popover)?.hidePopover();
  return (
    <>
      <button type="button" className="icon" popoverTarget={popover} aria-label={text.options} title={text.options}>
        ⋯
      </button>
      <div id={popover} popover="auto" className="options">
        <GoToTime
          latest={latest}
          onTime={(time) => {
            onTime(time);
            close();
          }}
        />
        <Choice label={text.timeFormat}>
          <select
            value={settings.timeFormat}
            onChange={(event) =>
              onSettings({ timestamps: true, timeFormat: event.target.value as Settings['timeFormat'] })
            }
          >
            {Object.entries(text.timeFormats).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </Choice>
        <Choice label={text.contextLines}>
          <select value={settings.context} onChange={(event) => onSettings({ context: Number(event.target.value) })}>
            {contexts.map((count) => (
              <option key={count}>{count}</option>
            ))}
          </select>
        </Choice>
        <Choice label={text.keep}>
          <select value={settings.keep} onChange={(event) => onSettings({ keep: Number(event.target.value) })}>
            {keepChoices.map((count) => (
              <option key={count} value={count}>
                {formatNumber(count)}
              </option>
            ))}
          </select>
        </Choice>
        <Check label={text.fold} on={settings.fold} onChange={(fold) => onSettings({ fold })} />
        <Check label={text.announce} on={settings.announce} onChange={(announce) => onSettings({ announce })} />
        <Check label={text.shortcuts} on={settings.shortcuts} onChange={(shortcuts) => onSettings({ shortcuts })} />
        <div className="actions">
          <button type="button" onClick={() => onDownload('text')}>
            {text.downloadText}
          </button>
          <button type="button" onClick={() => onDownload('ndjson')}>
            {text.downloadNdjson}
          </button>
          <button
            type="button"
            onClick={() => {
              close();
              onKeyboard();
            }}
          >
            {text.keyboard}
          </button>
        </div>
      </div>
    </>
  );
}

function GoToTime({ latest, onTime }: { latest: number; onTime(time: number): void }) {
  const [bad, setBad] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const time = parseTime(String(new FormData(event.currentTarget).get('time') ?? ''), latest);
    setBad(Number.isNaN(time));
    if (!Number.isNaN(time)) onTime(time);
  };
  return (
    <form onSubmit={submit} className="time">
      <label>
        {text.goToTime}
        <input name="time" placeholder={text.goToTimeHint} autoComplete="off" spellCheck={false} aria-invalid={bad} />
      </label>
      <button type="submit">{text.go}</button>
      {bad && (
        <p role="alert" className="bad">
          {text.badTime}
        </p>
      )}
    </form>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="choice">
      {label}
      {children}
    </label>
  );
}

function Check({ label, on, onChange }: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <label className="choice">
      {label}
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
    </label>
  );
}
