import type { Workload } from '../api/workloads';
import { text } from '../messages';

/** Workloads, each with a button that opens its lines by way of a LogView. */
export function WorkloadTable({ workloads, onOpen }: { workloads: Workload[]; onOpen(workload: Workload): void }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{text.namespace}</th>
          <th scope="col">{text.name}</th>
          <th scope="col">{text.kind}</th>
          <th scope="col">{text.ready}</th>
          <th scope="col">
            <span className="unseen">{text.openLogs}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {workloads.map((workload) => (
          <tr key={`${workload.namespace}/${workload.kind}/${workload.name}`}>
            <td className="quiet">{workload.namespace}</td>
            <td>{workload.name}</td>
            <td>{workload.kind}</td>
            <td className="number">
              <span className={workload.healthy ? '' : 'unready'}>{workload.state}</span>
            </td>
            <td className="action">
              <button
                type="button"
                aria-label={text.openLogsOf(workload.kind, workload.name)}
                onClick={() => onOpen(workload)}
              >
                {text.openLogs}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
