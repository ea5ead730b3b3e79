using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Probes;

/// <summary>Repeats one probe of a running container and reports when its verdict changes (thresholds as in core/v1 Probe).</summary>
/// <param name="probe">core/v1 Probe.</param>
/// <param name="eager">
/// Probe every second until it first succeeds, whatever its period: for readiness, where that only makes a start faster.
/// </param>
/// <param name="run">Probes once.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ProbeLoop(
    JsonObject probe, bool eager, Func<CancellationToken, Task<ProbeResult>> run, TimeProvider timeProvider)
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="onVerdict">Called with each new verdict and the last failure's message.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(Action<bool, string> onVerdict, CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromSeconds(Math.Max(1, probe.Long("periodSeconds") ?? 10));
        long successes = probe.Long("successThreshold") ?? 1;
        long failures = probe.Long("failureThreshold") ?? 3;
        bool? verdict = null;
        (bool Result, long Count) row = (false, 0);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(probe.Long("initialDelaySeconds") ?? 0), timeProvider, cancellationToken);
            while (true)
            {
                var result = await run(cancellationToken);
                row = row.Count > 0 && row.Result == result.Succeeded ? (row.Result, row.Count + 1) : (result.Succeeded, 1);
                bool decided = row.Count >= (row.Result ? successes : failures);
                if (decided && verdict != row.Result)
                {
                    verdict = row.Result;
                    onVerdict(row.Result, result.Message);
                }
                await Task.Delay(eager && verdict != true ? FromSecond(period) : period, timeProvider, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static TimeSpan FromSecond(TimeSpan period) => period < TimeSpan.FromSeconds(1) ? period : TimeSpan.FromSeconds(1);
}
