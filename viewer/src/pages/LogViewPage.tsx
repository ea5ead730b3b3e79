import { useState } from 'react';
import { Reader } from './Reader';

interface Props {
  namespace: string;
  name: string;
}

/** A LogView's lines. Whoever has the server leave lines out reads another stream, so the reader begins anew. */
export function LogViewPage({ namespace, name }: Props) {
  const [narrowed, setNarrowed] = useState('');
  return <Reader key={narrowed} namespace={namespace} name={name} narrowed={narrowed} onNarrow={setNarrowed} />;
}
