using System.Text.Json;
using Kdd.Api.LogViews;

namespace Kdd.Operator.Reconciliation;

/// <summary>How two statuses differ, by what must be written soon and what may wait.</summary>
internal enum StatusDifference
{
    None,

    /// <summary>Counters, lastLineTime, viewers, skew: live figures are the stream's and the metrics' business.</summary>
    Counters,

    /// <summary>Conditions, streams, sources, owner, url, times.</summary>
    State,
}

internal static class StatusComparison
{
    public static StatusDifference Compare(LogViewStatus? written, LogViewStatus wanted)
        => written is null || !Same(StateOf(written), StateOf(wanted)) ? StatusDifference.State
            : !Same(written, wanted) ? StatusDifference.Counters
            : StatusDifference.None;

    /// <summary>What a write at once is worth. A skew is measured anew with each line: it comes with the next write.</summary>
    public static LogViewStatus StateOf(LogViewStatus status)
        => WithoutCounters(status) with { Sources = status.Sources?.Select(source => source with { Skew = null }).ToArray() };

    /// <summary>What viewers are told.</summary>
    public static LogViewStatus WithoutCounters(LogViewStatus status) => status with { Lines = null, LastLineTime = null, Viewers = null };

    /// <summary>By what would be written: records compare their lists by reference, and the API server may order list maps anew.</summary>
    private static bool Same(LogViewStatus left, LogViewStatus right) => Written(left).AsSpan().SequenceEqual(Written(right));

    private static byte[] Written(LogViewStatus status) => JsonSerializer.SerializeToUtf8Bytes(
        status with
        {
            Conditions = status.Conditions?.OrderBy(condition => condition.Type, StringComparer.Ordinal).ToArray(),
            Sources = status.Sources?.OrderBy(source => source.Pod, StringComparer.Ordinal).ThenBy(source => source.Container, StringComparer.Ordinal).ToArray(),
        },
        LogViewJson.Default.LogViewStatus);
}
