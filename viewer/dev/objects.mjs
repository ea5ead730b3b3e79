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
