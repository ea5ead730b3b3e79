import { useEffect, useState } from 'react';
import { text } from '../messages';
import type { Detail } from '../stream/protocol';
import { JsonTree } from './JsonTree';
import { appendText } from './list/text';
import { formatTime } from './list/time';

interface Props {
  detail: Detail;
  link: string;
  onClose(): void;
}

/** All of one line, beside the list. */
export function Details({ detail, link, onClose }: Props) {
  const json = parseObject(detail.message);
  return (
    <aside className="details" aria-label={text.details}>
      <header>
        <h2>{text.details}</h2>
        <button type="button" className="icon" onClick={onClose} aria-label={text.close}>
          ×
        </button>
      </header>
      <div className="actions">
        <Copy label={text.copyText} content={detail.message} />
        <Copy label={text.copyJson} content={JSON.stringify(detail, undefined, 2)} />
        <Copy label={text.copyLink} content={link} />
      </div>
      <dl>
        <Field name="time" value={formatTime(Date.parse(detail.timestamp), 'date')} />
        <Field name="UTC" value={detail.timestamp} />
        <Field name="pod" value={detail.pod} />
        <Field name="container" value={detail.container} />
        {detail.instance > 0 && <Field name="restarts" value={String(detail.instance)} />}
        {detail.level !== '' && <Field name="level" value={detail.level} />}
        {detail.notes.length > 0 && <Field name="notes" value={detail.notes.join(', ')} />}
      </dl>
      {json !== undefined && <JsonTree value={json} />}
      <pre
        ref={(element) => {
          if (element) fill(element, detail.message);
        }}
      />
    </aside>
  );
}

/** Log text is drawn as in the list: text nodes, with what is invisible made visible. */
function fill(element: HTMLElement, message: string): void {
  element.replaceChildren();
  appendText(element, message);
}

function Field({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{value}</bdi>
      </dd>
    </>
  );
}

function Copy({ label, content }: { label: string; content: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    await copyText(content);
    setDone(true);
  };
  return (
    <button type="button" onClick={copy}>
      {done ? text.copied : label}
    </button>
  );
}

/** The clipboard API is there on https and loopback only; elsewhere the old way serves. */
async function copyText(content: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(content);
    return;
  }
  const area = document.createElement('textarea');
  area.value = content;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** The object that a line is, or ends with. */
function parseObject(message: string): unknown {
  const start = message.search(/[{[]/);
  if (start < 0) return undefined;
  try {
    const value: unknown = JSON.parse(message.slice(start));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
