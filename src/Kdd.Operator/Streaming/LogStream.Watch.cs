namespace Kdd.Operator.Streaming;

internal sealed partial class LogStream
{
    /// <summary>Nothing pings through to the kubelet: a stream this long silent is probed.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>What a probe saw has this long to arrive over the stream.</summary>
    private static readonly TimeSpan ProbeGrace = TimeSpan.FromSeconds(2);

    /// <summary>Watches over an open response and cancels it when it cannot be the right one any more.</summary>
    private async Task WatchAsync(InstanceReader reader, bool resumed, CancellationTokenSource reading, CancellationToken watching)
    {
        try
        {
            if (resumed && await IsElsewhereAsync(reader, watching))
            {
                reading.Cancel();
                return;
            }

            long opened = Now;
            while (true)
            {
                int seen = _changed.Version;
                if (IsOver(reader))
                {
                    await Pause.ForAsync(DrainGrace, _pool.TimeProvider, watching);
                    reading.Cancel();
                    return;
                }

                long now = Now;
                TimeSpan silent = TimeSpan.FromTicks((now - Math.Max(opened, Math.Max(reader.LastByte, _lastProbe))) / 100);
                if (silent < Silence)
                {
                    await DelayAsync(Silence - silent, seen, watching);
                }
                else if (await StalledAsync(reader, watching))
                {
                    reading.Cancel();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The response ended.
        }
    }

    private long _lastProbe;

    /// <summary>The status tells of a later instance, or the pod is gone.</summary>
    private bool IsOver(InstanceReader reader)
    {
        lock (_lock)
        {
            return _deleted || (_record is not null && Readability.Of(_record) is { } readable && readable.Instance > reader.Position.Instance);
        }
    }

    /// <summary>
    /// True when a resumed response cannot bring what was written. A node's clock that steps back makes new lines older than
    /// our sinceTime, and the kubelet drops them silently: the last line of the file shows it. And a file without a line was
    /// rotated, with whatever we had not read of it.
    /// </summary>
    private async Task<bool> IsElsewhereAsync(InstanceReader reader, CancellationToken cancellationToken)
    {
        ResumePoint point;
        SeenLine? before = LastOf(reader);
        lock (_lock)
        {
            point = reader.Position.Point.Copy();
        }

        (SeenLine? last, bool answered) = await ProbeAsync(cancellationToken);
        if (before is null || !answered || (last is not null && (!reader.HidesLines || last.Value.Time >= point.Since)))
        {
            return false;
        }

        if (last is not null)
        {
            bool isElsewhere = last != LastOf(reader);
            if (isElsewhere)
            {
                reader.ReadWholeFile();
            }

            return isElsewhere;
        }

        int seen = _changed.Version;
        PositionFound found = await PositionSearch.RunAsync(_pool, Key, point, since: null, previous: false, cancellationToken);
        if (found is not { Replay: null, Failure: null })
        {
            return false;
        }

        // A new instance's file is empty, too, and the status tells of it later.
        await DelayAsync(RestartNotice, seen, cancellationToken);
        return !await IsSameInstanceAsync(seen, cancellationToken) || reader.TryStartOver(before.Value);
    }

    /// <summary>True when the file has a newer line that does not come.</summary>
    private async Task<bool> StalledAsync(InstanceReader reader, CancellationToken cancellationToken)
    {
        SeenLine? before = LastOf(reader);
        (SeenLine? last, _) = await ProbeAsync(cancellationToken);
        _lastProbe = Now;
        if (last is null || last == before)
        {
            return false;
        }

        await Pause.ForAsync(ProbeGrace, _pool.TimeProvider, cancellationToken);
        return LastOf(reader) == before;
    }

    private SeenLine? LastOf(InstanceReader reader)
    {
        lock (_lock)
        {
            ResumePoint point = reader.Position.Point;
            return point.IsEmpty ? null : point[point.Count - 1];
        }
    }

    private async Task<(SeenLine? Last, bool Answered)> ProbeAsync(CancellationToken cancellationToken)
    {
        await _pool.Probes.TakeAsync(cancellationToken);
        SeenLine? last = null;
        PodLogFailure? failure = await LineScan.RunAsync(
            _pool.Client,
            new PodLogRequest(Key.Namespace, Key.Pod, Key.Container) { TailLines = 1 },
            0, (time, hash) => last = new SeenLine(time, hash), cancellationToken);
        return (failure is null && last is { Time: > 0 } ? last : null, failure is null);
    }
}
