import { root } from '../root';
import { readStatus } from '../stream/client';
import type { LogViewStatus } from '../stream/wire';

/** What of Kubernetes objects the pages read. */
export interface KubernetesObject {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    creationTimestamp: string;
    labels?: Record<string, string>;
  };
}

export interface LogView extends KubernetesObject {
  spec: {
    workload?: { kind: string; name: string };
    selector?: { matchLabels?: Record<string, string> };
    suspend?: boolean;
  };
  status?: LogViewStatus;
}

/** An answer other than 2xx, as the Kubernetes `Status` that it carried. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Asks the Kubernetes API through the gateway, with the viewer's own rights. `path` begins with `api/` or `apis/`. */
export async function request<T>(path: string, signal?: AbortSignal, init: RequestInit = {}): Promise<T> {
  const response = await fetch(new URL(`k8s/${path}`, root), {
    ...init,
    headers: { Accept: 'application/json', ...init.headers },
    credentials: 'same-origin',
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) {
    const { reason, message } = await readStatus(response);
    throw new ApiError(response.status, reason, message);
  }
  return (await response.json()) as T;
}

interface List<T> {
  items: T[];
}

const logViews = 'apis/kdd.dev/v1alpha1';

/** The LogViews of all namespaces that the viewer may see; `denied` when it may not even list namespaces. */
export async function listLogViews(
  extra: string[],
  signal?: AbortSignal,
): Promise<{ logViews: LogView[]; denied: boolean }> {
  try {
    const all = await request<List<LogView>>(`${logViews}/logviews`, signal);
    return { logViews: all.items, denied: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
  }
  const { namespaces, denied } = await listNamespaces(extra, signal);
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      try {
        return (
          await request<List<LogView>>(`${logViews}/namespaces/${encodeURIComponent(namespace)}/logviews`, signal)
        ).items;
      } catch (error) {
        if (error instanceof ApiError && (error.code === 403 || error.code === 404)) return [];
        throw error;
      }
    }),
  );
  return { logViews: lists.flat(), denied };
}

async function listNamespaces(
  extra: string[],
  signal?: AbortSignal,
): Promise<{ namespaces: string[]; denied: boolean }> {
  try {
    const { items } = await request<List<KubernetesObject>>('api/v1/namespaces', signal);
    return { namespaces: [...new Set([...items.map((item) => item.metadata.name), ...extra])], denied: false };
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return { namespaces: extra, denied: true };
    throw error;
  }
}

/** The condition Ready of a LogView, or what stands for it before the operator's first visit. */
export function readiness(logView: LogView): { status: string; reason: string; message: string } {
  const ready = logView.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready ?? { status: 'Unknown', reason: 'Pending', message: 'The operator has not seen it yet.' };
}
