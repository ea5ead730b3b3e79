/** Entries shown of one object or array: a line of 256 KiB must not freeze the page. */
const mostEntries = 200;

/** A JSON value as a tree that opens and closes. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="json">
      <Node value={value} depth={0} />
    </div>
  );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const label = name === undefined ? null : <span className="key">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div>
        {label}
        <span className={value === null ? 'null' : typeof value}>
          <bdi>{typeof value === 'string' ? `"${value}"` : String(value)}</bdi>
        </span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < 2}>
      <summary>
        {label}
        <span className="null">{brackets}</span>
      </summary>
      {entries.slice(0, mostEntries).map(([key, child]) => (
        <Node key={key} name={key} value={child} depth={depth + 1} />
      ))}
      {entries.length > mostEntries && <div className="null">… {entries.length - mostEntries}</div>}
    </details>
  );
}
