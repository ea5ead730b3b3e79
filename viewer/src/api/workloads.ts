import {
  type KubernetesObject,
  type LogView,
  listAll,
  logViewResource,
  type Namespaces,
  type Resource,
  requestJson,
} from './kubernetes';

/** A workload that the home page can open. */
export interface Workload {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  /** "2/3" where the kind counts replicas, else what it says of itself. */
  state: string;
  healthy: boolean;
}

interface Counted extends KubernetesObject {
  spec?: { replicas?: number; suspend?: boolean; completions?: number };
  status?: {
    replicas?: number;
    readyReplicas?: number;
    numberReady?: number;
    desiredNumberScheduled?: number;
    active?: unknown[] | number;
    succeeded?: number;
    failed?: number;
  };
}

type State = Pick<Workload, 'state' | 'healthy'>;

interface Kind extends Resource {
  kind: string;
  state(object: Counted): State;
}

const replicas = ({ spec, status }: Counted): State => of(status?.readyReplicas ?? 0, spec?.replicas ?? 1);

const kinds: readonly Kind[] = [
  { api: 'apis/apps/v1', plural: 'deployments', kind: 'Deployment', state: replicas },
  { api: 'apis/apps/v1', plural: 'statefulsets', kind: 'StatefulSet', state: replicas },
  {
    api: 'apis/apps/v1',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    state: ({ status }) => of(status?.numberReady ?? 0, status?.desiredNumberScheduled ?? 0),
  },
  {
    api: 'apis/batch/v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    state: ({ spec, status }) => {
      const active = Array.isArray(status?.active) ? status.active.length : 0;
      return { state: spec?.suspend ? 'suspended' : active > 0 ? `${active} active` : 'idle', healthy: true };
    },
  },
  {
    api: 'apis/batch/v1',
    plural: 'jobs',
    kind: 'Job',
    state: ({ spec, status }) => ({
      ...of(status?.succeeded ?? 0, spec?.completions ?? 1),
      healthy: (status?.failed ?? 0) === 0,
    }),
  },
];

function of(ready: number, wanted: number): State {
  return { state: `${ready}/${wanted}`, healthy: ready >= wanted };
}

/** Workloads that the viewer may see. Jobs of a CronJob are left out: the CronJob stands for them. */
export async function listWorkloads(namespaces: Namespaces, signal?: AbortSignal): Promise<Workload[]> {
  const lists = await Promise.all(
    kinds.map(async ({ kind, state, ...resource }) => {
      const { items } = await listAll<Counted>(resource, namespaces, signal);
      return items
        .filter((item) => !(item.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'CronJob'))
        .map((item) => ({
          apiVersion: resource.api.replace('apis/', ''),
          kind,
          namespace: item.metadata.namespace,
          name: item.metadata.name,
          ...state(item),
        }));
    }),
  );
  return lists.flat().sort((a, b) => order(a).localeCompare(order(b)));
}

const order = ({ namespace, kind, name }: Workload) => `${namespace} ${kind} ${name}`;

/** A LogView of a workload that is there already and filters nothing out. */
export function existingLogView(
  logViews: readonly LogView[],
  { namespace, kind, name }: Workload,
): LogView | undefined {
  return logViews.find(
    ({ metadata, spec, status }) =>
      metadata.namespace === namespace &&
      spec.workload?.kind === kind &&
      spec.workload.name === name &&
      !spec.filter &&
      !spec.suspend &&
      !status?.completionTime,
  );
}

/** A working day: whoever opened a workload by a click does not come back to clean up. */
const activeDeadlineSeconds = 8 * 3600;
const ttlSecondsAfterFinished = 600;

/**
 * Creates a LogView that goes by itself when its day is over. It begins with the previous logs of restarted containers:
 * whoever opens a workload in trouble looks for what was said before the restart.
 */
export function createLogView({ apiVersion, kind, namespace, name }: Workload): Promise<LogView> {
  const { api, plural } = logViewResource;
  // Names end up in a Lease's and a label's limits: 52 characters leave room for the suffix that the server adds.
  const generateName = `${name.slice(0, 52).replace(/[.-]+$/, '')}-`;
  return requestJson<LogView>(`${api}/namespaces/${encodeURIComponent(namespace)}/${plural}`, undefined, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'kdd.dev/v1alpha1',
      kind: 'LogView',
      metadata: { namespace, generateName, labels: { 'app.kubernetes.io/created-by': 'kdd-viewer' } },
      spec: {
        workload: { apiVersion, kind, name },
        tail: { previous: true },
        activeDeadlineSeconds,
        ttlSecondsAfterFinished,
      },
    }),
  });
}
