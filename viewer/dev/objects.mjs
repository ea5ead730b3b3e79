export function status(code, reason, message) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function logView(namespace, name, kind, workload, ready, streams, age) {
  return {
    apiVersion: 'kdd.dev/v1alpha1',
    kind: 'LogView',
    metadata: {
      namespace,
      name,
      uid: `${namespace}-${name}`,
      creationTimestamp: new Date(Date.now() - age * 1000).toISOString(),
    },
    spec: { workload: { kind, name: workload } },
    status: { conditions: [{ type: 'Ready', ...ready }], streams: { summary: streams } },
  };
}

const streaming = { status: 'True', reason: 'Streaming', message: 'All streams are open.' };

export const logViews = [
  logView('shop', 'checkout', 'Deployment', 'checkout', streaming, '3/3', 5400),
  logView('shop', 'frontend', 'Deployment', 'frontend', streaming, '2/2', 86_400 * 3),
  logView(
    'shop',
    'payments',
    'StatefulSet',
    'payments',
    { status: 'False', reason: 'WorkloadNotFound', message: 'StatefulSet payments does not exist.' },
    '0/0',
    40,
  ),
  logView(
    'batch',
    'nightly',
    'CronJob',
    'nightly-report',
    { status: 'True', reason: 'Completed', message: 'All lines were read.' },
    '0/0',
    7200,
  ),
];

const workload = (namespace, name, spec, state) => ({ metadata: { namespace, name, uid: name }, spec, status: state });

/** Lists by path below /k8s/. */
export const workloads = {
  'apis/apps/v1/deployments': [
    workload('shop', 'checkout', { replicas: 3 }, { readyReplicas: 3 }),
    workload('shop', 'frontend', { replicas: 2 }, { readyReplicas: 2 }),
    workload('shop', 'inventory', { replicas: 2 }, { readyReplicas: 1 }),
  ],
  'apis/apps/v1/statefulsets': [workload('shop', 'orders-db', { replicas: 1 }, { readyReplicas: 1 })],
  'apis/apps/v1/daemonsets': [workload('kube-system', 'node-agent', {}, { numberReady: 3, desiredNumberScheduled: 3 })],
  'apis/batch/v1/cronjobs': [workload('batch', 'nightly-report', {}, { active: [{}] })],
  'apis/batch/v1/jobs': [workload('batch', 'import-catalogue', { completions: 1 }, { succeeded: 1 })],
};
