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
    ownerReferences?: { kind: string }[];
  };
}

export interface LogView extends KubernetesObject {
  spec: {
    workload?: { kind: string; name: string };
    selector?: { matchLabels?: Record<string, string> };
    filter?: unknown;
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
export async function request(path: string, signal?: AbortSignal, init: RequestInit = {}): Promise<Response> {
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
  return response;
}

/** As {@link request}, for an answer that is one JSON object. */
export async function requestJson<T>(path: string, signal?: AbortSignal, init?: RequestInit): Promise<T> {
  return (await (await request(path, signal, init)).json()) as T;
}

interface List<T> {
  metadata: { resourceVersion?: string };
  items: T[];
}

/** A resource as the API server serves it: `apis/apps/v1` and `deployments`. */
export interface Resource {
  api: string;
  plural: string;
}

export const logViewResource: Resource = { api: 'apis/kdd.dev/v1alpha1', plural: 'logviews' };

/** The namespaces to ask one by one, for viewers who may not list a kind in all of them; `denied` when not even these. */
export class Namespaces {
  #listed: Promise<{ names: string[]; denied: boolean }> | undefined;

  /** `extra` are namespaces that the viewer named. */
  constructor(private readonly extra: readonly string[]) {}

  list(signal?: AbortSignal): Promise<{ names: string[]; denied: boolean }> {
    this.#listed ??= this.#list(signal);
    return this.#listed;
  }

  async #list(signal?: AbortSignal): Promise<{ names: string[]; denied: boolean }> {
    try {
      const { items } = await requestJson<List<KubernetesObject>>('api/v1/namespaces', signal);
      return { names: [...new Set([...items.map((item) => item.metadata.name), ...this.extra])], denied: false };
    } catch (error) {
      if (isDenied(error)) return { names: [...this.extra], denied: true };
      throw error;
    }
  }
}

/**
 * All objects of a resource that the viewer may see: asked for at once, or where that is forbidden, by namespace; then
 * there is no `resourceVersion` that a watch could begin at.
 */
export async function listAll<T extends KubernetesObject>(
  { api, plural }: Resource,
  namespaces: Namespaces,
  signal?: AbortSignal,
): Promise<{ items: T[]; denied: boolean; resourceVersion?: string }> {
  try {
    const { items, metadata } = await requestJson<List<T>>(`${api}/${plural}`, signal);
    return { items, denied: false, ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}) };
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
  const { names, denied } = await namespaces.list(signal);
  const lists = await Promise.all(
    names.map(async (namespace) => {
      try {
        const path = `${api}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
        return (await requestJson<List<T>>(path, signal)).items;
      } catch (error) {
        if (isDenied(error) || (error instanceof ApiError && error.code === 404)) return [];
        throw error;
      }
    }),
  );
  return { items: lists.flat(), denied };
}

function isDenied(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403;
}

/** The condition Ready of a LogView, or what stands for it before the operator's first visit. */
export function readiness(logView: LogView): { status: string; reason: string; message: string } {
  const ready = logView.status?.conditions?.find((condition) => condition.type === 'Ready');
  return ready ?? { status: 'Unknown', reason: 'Pending', message: 'The operator has not seen it yet.' };
}
