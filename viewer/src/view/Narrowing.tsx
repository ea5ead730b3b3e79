import { text } from '../messages';
import { describeServerQuery } from '../stream/narrow';

interface Props {
  /** The query that the lines here were loaded by; '' when all are loaded. */
  narrowed: string;
  /** The query that what is searched for now comes down to. */
  wanted: string;
  /** This tab had to let older lines go. */
  olderGone: boolean;
  onNarrow(query: string): void;
}

/** Says when the lines here are not all that there are, and lets the server search what this tab cannot hold. */
export function Narrowing({ narrowed, wanted, olderGone, onNarrow }: Props) {
  if (narrowed === '' && !(olderGone && wanted !== '')) return null;
  return (
    <div className="narrowing">
      <span role="status">{narrowed === '' ? text.olderGone : text.narrowedTo(describeServerQuery(narrowed))}</span>
      {wanted !== '' && wanted !== narrowed && (
        <button type="button" onClick={() => onNarrow(wanted)}>
          {narrowed === '' ? text.searchServer : text.searchServerAnew}
        </button>
      )}
      {narrowed !== '' && (
        <button type="button" onClick={() => onNarrow('')}>
          {text.loadAll}
        </button>
      )}
    </div>
  );
}
