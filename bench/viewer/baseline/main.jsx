// The viewer as the original kdd design describes it: EventSource on the page, a trailing debounce, spread and sort of
// all lines, react-window, indexOf highlighting. ?debounce= sets the timer, in milliseconds.
import { useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { FixedSizeList } from 'react-window';

const query = new URLSearchParams(location.search);
const debounce = Number(query.get('debounce') ?? 1000);
const stream = `../api/logviews/bench/${query.get('name')}/stream`;

function highlight(message, term) {
  if (!term) return message;
  const parts = [];
  let from = 0;
  for (let at = message.indexOf(term); at >= 0; at = message.indexOf(term, from)) {
    parts.push(message.slice(from, at), <mark key={at}>{term}</mark>);
    from = at + term.length;
  }
  return [...parts, message.slice(from)];
}

function Row({ index, style, data }) {
  const line = data.lines[index];
  return (
    <div style={{ ...style, whiteSpace: 'pre' }} className="line">
      <span>{line.timestamp.slice(11, 23)} </span>
      <span>{line.pod} </span>
      <span>{highlight(line.message, data.term)}</span>
    </div>
  );
}

function App() {
  const [lines, setLines] = useState([]);
  const [term, setTerm] = useState('');
  const list = useRef(null);
  useEffect(() => {
    const source = new EventSource(stream);
    let buffer = [];
    let timer;
    source.addEventListener('log', (event) => {
      buffer.push(JSON.parse(event.data));
      clearTimeout(timer);
      timer = setTimeout(() => {
        const fresh = buffer;
        buffer = [];
        setLines((before) => [...before, ...fresh].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)));
      }, debounce);
    });
    return () => source.close();
  }, []);
  useEffect(() => {
    if (lines.length > 0 && term === '') list.current?.scrollToItem(lines.length - 1);
  }, [lines, term]);
  const shown = term === '' ? lines : lines.filter((line) => line.message.includes(term));
  return (
    <>
      <input type="search" aria-label="Search" onChange={(event) => setTerm(event.target.value)} />
      <span id="count">{`${lines.length} ${shown.length}`}</span>
      <FixedSizeList ref={list} className="list" height={600} width="100%" itemSize={20} itemCount={shown.length} itemData={{ lines: shown, term }}>
        {Row}
      </FixedSizeList>
    </>
  );
}

createRoot(document.getElementById('root')).render(<App />);
