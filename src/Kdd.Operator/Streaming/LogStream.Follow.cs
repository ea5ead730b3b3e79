using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

internal sealed partial class LogStream
{
    /// <summary>A response of an old instance, or of a deleted pod, ends by itself within a second; a later one is not what it seems.</summary>
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(5);

    private bool _resuming;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(_pool.Random);
        await Task.Yield();
        try
        {
            while (true)
            {
                await StepAsync(backoff, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody reads the container any more.
        }
    }

    private async Task StepAsync(Backoff backoff, CancellationToken cancellationToken)
    {
        int seen = _changed.Version;
        InstanceReader? reader;
        ContainerRecord? record;
        bool deleted;
        lock (_lock)
        {
            (reader, record, deleted) = (_reader, _record, _deleted);
        }

        // 2. Is there something to read?
        if (reader is null)
        {
            await ChangedAsync(seen, cancellationToken);
            return;
        }

        if (deleted)
        {
            EndDeleted(reader, record);
            await Pause.ForAsync(Timeout.InfiniteTimeSpan, _pool.TimeProvider, cancellationToken);
        }

        if (record is null || Readability.Of(record) is not { } readable)
        {
            NotifyState(SourceState.Waiting, record?.Reason, record?.Message);
            NotifyConnected(true);
            await ChangedAsync(seen, cancellationToken);
            return;
        }

        if (readable.Instance < reader.Position.Instance)
        {
            // The informer is behind what the API server itself told: the later instance runs, as far as is known.
            readable = new Readability(reader.Position.Instance, IsRunning: true);
        }

        // 3. Another instance?
        if (readable.Instance > reader.Position.Instance)
        {
            if (await reader.MoveToAsync(readable.Instance, record, cancellationToken) is { } failed)
            {
                await AfterFailureAsync(failed, reader, backoff, seen, NotifyFailure, cancellationToken);
            }

            return;
        }

        if (!readable.IsRunning && reader.Position.InstanceComplete)
        {
            NotifyState(SourceState.Ended, record.Reason, record.Message);
            NotifyConnected(true);
            await ChangedAsync(seen, cancellationToken);
            return;
        }

        // 4. Read.
        ReadOutcome outcome = await ReadOnAsync(reader, readable, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        // 5. Judge the end.
        if (!readable.IsRunning && await reader.IsAtEndAsync(outcome, previous: false, cancellationToken))
        {
            lock (_lock)
            {
                reader.Position.InstanceComplete = true;
            }

            return;
        }

        NotifyConnected(false);
        await AfterFailureAsync(outcome, reader, backoff, seen, NotifyFailure, cancellationToken);
    }

    private async Task<ReadOutcome> ReadOnAsync(InstanceReader reader, Readability readable, CancellationToken cancellationToken)
    {
        if (!_pool.Places.TryTake())
        {
            NotifyState(SourceState.Waiting, ReadyReasonOfLimit, "all places for streams of this replica are taken");
            await _pool.Places.TakeAsync(cancellationToken);
        }

        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationTokenSource? watching = null;
        Task watch = Task.CompletedTask;
        try
        {
            return await reader.ReadAsync(
                new ReadStart(Deliver: true, HasEnded: !readable.IsRunning), readable.IsRunning, previous: false, reading.Token, until: null, onOpen: () =>
                {
                    NotifyState(SourceState.Streaming, null, null);
                    if (readable.IsRunning)
                    {
                        // Of several opens the last one is watched.
                        watching?.Cancel();
                        watching?.Dispose();
                        watching = CancellationTokenSource.CreateLinkedTokenSource(reading.Token);
                        watch = Task.WhenAll(watch, WatchAsync(reader, _resuming, reading, watching.Token));
                        _resuming = true;
                    }
                },
                onReplayed: () => NotifyConnected(true));
        }
        finally
        {
            reading.Cancel();
            _pool.Places.Return();
            await watch;
            watching?.Dispose();
        }
    }

    private const string ReadyReasonOfLimit = Kdd.Api.LogViews.ReadyReasons.LimitReached;

    /// <summary>The pod is gone: what was not read before cannot be read any more.</summary>
    private void EndDeleted(InstanceReader reader, ContainerRecord? record)
    {
        bool complete = record is null || (record.IsPodEnding
            && (Readability.Of(record) is not { } readable
                || (reader.Position.InstanceComplete && readable.Instance == reader.Position.Instance)));
        if (!complete)
        {
            ((ILogTarget)this).OnGap(new LogGap(GapReasons.Deleted, null, reader.Position.Point.Time, Now, Certain: false));
        }

        NotifyConnected(true);
        NotifyState(SourceState.Ended, GapReasons.Deleted, null);
        Notify(subscriber => subscriber.OnEnded());
    }
}
