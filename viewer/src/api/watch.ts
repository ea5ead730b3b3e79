import { ApiError, type KubernetesObject, type Resource, request } from './kubernetes';

interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

interface Status {
  code?: number;
  reason?: string;
  message?: string;
}

/**
 * Keeps a list of objects as they are, by a watch of all namespaces (Kubernetes API concepts, "Efficient detection of
 * changes"), until the server ends it; `changed` is called once for all that came together.
 *
 * @throws ApiError where the watch is refused or too old (410): list again.
 */
export async function watchAll<T extends KubernetesObject>(
  resource: Resource,
  list: { items: readonly T[]; resourceVersion: string },
  changed: (items: T[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const byUid = new Map(list.items.map((item) => [item.metadata.uid, item]));
  const from = encodeURIComponent(list.resourceVersion);
  const path = `${resource.api}/${resource.plural}?watch=true&allowWatchBookmarks=true&resourceVersion=${from}`;
  const body = (await request(path, signal)).body!.pipeThrough(new TextDecoderStream());
  let rest = '';
  for await (const piece of read(body)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    let news = false;
    for (const line of lines) if (line !== '') news = take(byUid, JSON.parse(line) as WatchEvent<T>) || news;
    if (news) changed([...byUid.values()]);
  }
}

function take<T extends KubernetesObject>(byUid: Map<string, T>, { type, object }: WatchEvent<T>): boolean {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      byUid.set(object.metadata.uid, object);
      return true;
    case 'DELETED':
      return byUid.delete(object.metadata.uid);
    case 'ERROR': {
      const { code = 500, reason = '', message = '' } = object as Status;
      throw new ApiError(code, reason, message);
    }
    default:
      return false;
  }
}

/** A stream's pieces; not every browser iterates over streams themselves. */
async function* read(stream: ReadableStream<string>): AsyncGenerator<string> {
  const reader = stream.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value!;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
