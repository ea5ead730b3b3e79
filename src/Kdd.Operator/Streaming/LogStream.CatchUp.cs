using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

internal sealed partial class LogStream
{
    /// <summary>How long a changed file waits for the pod's status to tell of a restart, before it counts as a rotation.</summary>
    private static readonly TimeSpan RestartNotice = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Read by a tail of 0: following begins with a line that is known, also where a container writes 20,000 lines a second and
    /// its stream opens 25 ms later. Otherwise the place must be searched for, which takes several opens.
    /// </summary>
    private const int PlaceLines = 512;

    /// <summary>Reads a session's backlog, then attaches it to the stream.</summary>
    private async Task CatchUpAsync(LogSubscription subscription)
    {
        await Task.Yield();
        CancellationToken cancellationToken = subscription.Cancellation.Token;
        try
        {
            if (!await TryFoundAsync(subscription, cancellationToken))
            {
                await JoinAsync(subscription, cancellationToken);
            }

            lock (_lock)
            {
                // Its own reads may have failed meanwhile.
                TellState_NeedsLock(subscription);
            }

            subscription.Notify(subscriber => subscriber.OnCaughtUp());
        }
        catch (OperationCanceledException)
        {
            // The session left.
        }
    }

    /// <summary>Step 1: where nobody follows yet, this backlog's end is where following begins.</summary>
    private async Task<bool> TryFoundAsync(LogSubscription subscription, CancellationToken cancellationToken)
    {
        await _founding.TakeAsync(cancellationToken);
        try
        {
            if (_reader is not null)
            {
                return false;
            }

            LogPosition position = await ReadBacklogAsync(subscription, null, cancellationToken);
            lock (_lock)
            {
                _reader = new InstanceReader(Key, _pool, position, this, _lock) { FirstSince = SinceOf(subscription.Start) };
                subscription.TryAttach();
            }

            _changed.Pulse();
            return true;
        }
        finally
        {
            _founding.Return();
        }
    }

    private async Task JoinAsync(LogSubscription subscription, CancellationToken cancellationToken)
    {
        while (true)
        {
            SeenUpTo until;
            lock (_lock)
            {
                until = new SeenUpTo(_reader!.Position.Point);
                subscription.Hold();
            }

            await ReadBacklogAsync(subscription, until, cancellationToken);
            lock (_lock)
            {
                if (subscription.TryAttach())
                {
                    return;
                }
            }
        }
    }

    /// <summary>Reads to the end of what is there, or up to where the stream stands.</summary>
    private async Task<LogPosition> ReadBacklogAsync(LogSubscription subscription, SeenUpTo? until, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(_pool.Random);
        LogPosition? position = subscription.OwnPosition ?? (subscription.Start as LogStart.After)?.Position.Copy();
        bool previousWanted = position is null && subscription.Start is LogStart.Tail { Previous: true };
        InstanceReader? reader = null;
        ResumedRead? resumed = null;
        var whole = new WholeRead();
        int? firstInstance = null;
        while (true)
        {
            int seen = _changed.Version;
            ContainerRecord? record = _record;
            if (_deleted || record is null || Readability.Of(record) is not { } readable)
            {
                return position ?? LogPosition.AtStartOf(subscription.Start is LogStart.Beginning ? 0 : record?.RestartCount ?? 0);
            }

            if (subscription.Start is LogStart.Resume resume && resumed is null)
            {
                resumed = new ResumedRead(resume, record, readable);
                position ??= LogPosition.AtStartOf(resumed.FirstInstance);
            }

            position ??= LogPosition.AtStartOf(subscription.Start is LogStart.Beginning ? 0 : readable.Instance);
            bool isThere = until is { IsReached: true } || (until is null && subscription.Start is LogStart.Beginning);
            if (isThere && !(resumed is { IsChecked: false } && resumed.FirstInstance < readable.Instance))
            {
                return position;
            }

            firstInstance ??= position.Instance;
            reader ??= new InstanceReader(Key, _pool, position, subscription, _lock)
            {
                FirstSince = SinceOf(subscription.Start),
                GapReason = subscription.Start switch
                {
                    LogStart.After => GapReasons.Idle,
                    LogStart.Resume => GapReasons.OwnerChanged,
                    _ => null,
                },
            };
            subscription.OwnPosition = position;
            if (previousWanted)
            {
                previousWanted = false;
                await ReadPreviousAsync(subscription, readable, record, cancellationToken);
            }

            bool moves = readable.Instance > position.Instance;
            if (isThere && !moves)
            {
                // The stream stands at the start of this instance; of the one before everything has been read.
                await resumed!.CheckAsync(_pool, Key, position, record, reader, subscription, mayRead: false, cancellationToken);
                return position;
            }

            ReadOutcome? outcome = moves
                ? await reader.MoveToAsync(readable.Instance, record, cancellationToken)
                : await reader.ReadAsync(
                    position.Instance > firstInstance ? new ReadStart(Deliver: true) : StartOf(subscription.Start, position),
                    follow: false, previous: false, cancellationToken, until);
            cancellationToken.ThrowIfCancellationRequested();
            if (outcome is null || (moves && outcome is { Failure: null, End: ReadEnd.Clean }))
            {
                continue;
            }

            if (outcome is { Failure: null, End: ReadEnd.Clean or ReadEnd.Reached })
            {
                // A body that was cut ends as cleanly as the file: where no stream goes on from here, a read that brings nothing more tells.
                // A viewer of another owner forgets what it knows by heart once it is synced: nothing it had may come after.
                bool mustBeWhole = until is null ? subscription.IsFinite || (resumed is not null && position.Anchor is not null) : !until.IsReached;
                if (mustBeWhole && outcome is { End: ReadEnd.Clean } && !whole.IsReached(outcome.Value, reader))
                {
                    continue;
                }

                if (resumed is { IsChecked: false } && await resumed.CheckAsync(_pool, Key, position, record, reader, subscription, mayRead: true, cancellationToken))
                {
                    continue;
                }

                return position;
            }

            await AfterFailureAsync(outcome.Value, reader, backoff, seen, failure => Report(subscription, failure), cancellationToken);
        }
    }

    private static long? SinceOf(LogStart start) => start switch
    {
        LogStart.Tail tail => tail.SinceTime,
        LogStart.Resume resume => resume.SinceTime,
        _ => null,
    };

    private static ReadStart StartOf(LogStart start, LogPosition position)
    {
        if (start is LogStart.Resume)
        {
            position.Point.HasUnknownHead |= position.Point.IsEmpty;
        }

        if (start is not LogStart.Tail tail || !position.Point.IsEmpty)
        {
            return default(ReadStart) with { Deliver = true };
        }

        // A tail of 0 still reads some, to know where it stands.
        position.Point.HasUnknownHead = true;
        return new ReadStart(tail.Lines is 0 ? PlaceLines : tail.Lines, tail.SinceTime, Deliver: tail.Lines is not 0);
    }

    private async Task ReadPreviousAsync(
        LogSubscription subscription, Readability readable, ContainerRecord record, CancellationToken cancellationToken)
    {
        if (record.LastTerminated is null || record.Phase is ContainerPhase.Waiting || readable.Instance == 0)
        {
            return;
        }

        var position = LogPosition.AtStartOf(readable.Instance - 1);
        var reader = new InstanceReader(Key, _pool, position, subscription, _lock);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            ReadOutcome outcome = await reader.ReadAsync(StartOf(subscription.Start, position), follow: false, previous: true, cancellationToken);
            if (outcome is { Failure: null, End: ReadEnd.Clean } or { Failure.Code: 400 or 404 })
            {
                return;
            }
        }
    }

    private static void Report(LogSubscription subscription, PodLogFailure failure) => subscription.Notify(subscriber =>
    {
        subscriber.OnState(failure.IsDenied ? SourceState.Denied : SourceState.BackOff, failure.Reason, failure.Message);
        subscriber.OnFailure(failure);
    });

    /// <summary>
    /// Whether neither the informer nor the API server itself knows of a restart. A watch that was cut tells of it too late: the
    /// lines of the new instance would be taken for those of the old one.
    /// </summary>
    private async Task<bool> IsSameInstanceAsync(int seen, CancellationToken cancellationToken)
    {
        if (seen != _changed.Version)
        {
            return false;
        }

        (bool answered, ContainerRecord? status) = await _pool.Statuses.ReadAsync(Key, cancellationToken);
        if (status is not null)
        {
            Observe(status);
        }

        return answered && seen == _changed.Version;
    }

    /// <summary>Step 5: what to do before the next attempt.</summary>
    private async Task AfterFailureAsync(
        ReadOutcome outcome, InstanceReader reader, Backoff backoff, int seen, Action<PodLogFailure> report, CancellationToken cancellationToken)
    {
        if (outcome.End is ReadEnd.FileChanged)
        {
            await DelayAsync(RestartNotice, seen, cancellationToken);
            if (await IsSameInstanceAsync(seen, cancellationToken))
            {
                reader.AcceptFileChange();
            }

            return;
        }

        if (outcome.WasGood)
        {
            backoff.Reset();
        }

        if (outcome.Failure is { } failure)
        {
            report(failure);
        }

        TimeSpan delay = backoff.Next(outcome.Failure?.RetryAfter);
        if (outcome.Failure?.RetryAfter is null)
        {
            await DelayAsync(delay, seen, cancellationToken);
        }
        else
        {
            // What the server asks for holds even when the pod changes.
            await Pause.ForAsync(delay, _pool.TimeProvider, cancellationToken);
        }
    }
}
