using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>What became of one request for lines.</summary>
internal readonly record struct ReadOutcome(ReadEnd End, PodLogFailure? Failure, long NewLines, TimeSpan Duration)
{
    /// <summary>No back-off is due: the stream worked.</summary>
    public bool WasGood => Failure is null && (NewLines > 0 || Duration >= TimeSpan.FromSeconds(10));
}

/// <summary>Which lines a request begins with.</summary>
/// <param name="TailLines">At most so many; null: all.</param>
/// <param name="SinceTime">Unix ns of a whole second; null: from the file's beginning.</param>
/// <param name="Deliver">False: the lines are only remembered.</param>
/// <param name="HasEnded">The instance writes no more: what stands at the end of its file is its end.</param>
internal readonly record struct ReadStart(int? TailLines = null, long? SinceTime = null, bool Deliver = true, bool HasEnded = false);

/// <summary>
/// Reads on from a <see cref="LogPosition"/>, over the instances of a container. Every request, finite or following, first
/// or after a break, goes through here, so that there is one resume.
/// </summary>
/// <param name="key">The container.</param>
/// <param name="pool">Client, clock and limits.</param>
/// <param name="position">Moves with what is passed on, under <paramref name="gate"/>.</param>
/// <param name="target">Takes the lines.</param>
/// <param name="gate">Held while the position moves.</param>
internal sealed class InstanceReader(ContainerKey key, UpstreamPool pool, LogPosition position, ILogTarget target, Lock gate)
{
    private readonly RotationDetector _rotation = new();
    private ulong _fragment;
    private bool _acceptFileChange;
    private bool _whole;
    private LogReader? _reading;
    private int _emptyReads;

    public LogPosition Position => position;

    /// <summary>When the open response last gave a byte, Unix ns; 0 before the first.</summary>
    public long LastByte => _reading?.LastByte ?? 0;

    public long Lag => _rotation.Lag;

    /// <summary>The next read takes a file that is not the one before as it is, with a gap.</summary>
    public void AcceptFileChange() => _acceptFileChange = true;

    /// <summary>The next read asks for the whole file: the node's clock went back behind our position.</summary>
    public void ReadWholeFile() => _whole = true;

    /// <summary>
    /// Goes over from the position's instance to <paramref name="instance"/>: reads the rest of the old one with
    /// <c>previous</c>, as far as the kubelet still has it, and declares what it has not.
    /// </summary>
    /// <returns>A failure to retry after; null when the position stands at the instance.</returns>
    public async Task<ReadOutcome?> MoveToAsync(int instance, ContainerRecord record, CancellationToken cancellationToken)
    {
        (bool relabelled, PodLogFailure? unreadable) = await TryRelabelAsync(instance, record, cancellationToken);
        if (relabelled || unreadable is not null)
        {
            return relabelled ? null : new ReadOutcome(ReadEnd.Broken, unreadable, 0, TimeSpan.Zero);
        }

        if (position.InstanceComplete && instance == position.Instance + 1)
        {
            Begin(instance);
            return null;
        }

        if (instance > position.Instance + 1)
        {
            BeginAfterGap(instance - 1, record, certain: true);
        }

        if (record.LastTerminated is null || record.Phase is ContainerPhase.Waiting)
        {
            BeginAfterGap(instance, record, certain: false);
            return null;
        }

        ReadOutcome outcome = await ReadAsync(new ReadStart(Deliver: true, HasEnded: true), follow: false, previous: true, cancellationToken);
        switch (outcome)
        {
            case { Failure: null } when IsAtEnd(outcome):
                Begin(instance);
                return null;
            case { End: ReadEnd.KubeletText } or { Failure.Code: 400 or 404 }:
                BeginAfterGap(instance, record, certain: false);
                return null;
            default:
                return outcome;
        }
    }

    /// <summary>
    /// True when an ended instance has been read to its end: a read brought nothing more. One that ends as HTTP bodies end
    /// may have been a kubelet that stopped.
    /// </summary>
    public bool IsAtEnd(ReadOutcome outcome)
    {
        if (outcome is not { Failure: null, End: ReadEnd.Clean, NewLines: 0 })
        {
            _emptyReads = 0;
            return false;
        }

        // Where nothing was seen yet, nothing that comes again proves that the file was read at all: look twice.
        return !position.Point.IsEmpty || ++_emptyReads == 2;
    }

    /// <summary>
    /// A log that was opened after a restart, but before the pod's status told of it, was the new instance's all along: then
    /// its file holds the place where we stand.
    /// </summary>
    private async Task<(bool Relabelled, PodLogFailure? Failure)> TryRelabelAsync(int instance, ContainerRecord record, CancellationToken cancellationToken)
    {
        ResumePoint point = position.Point;
        if (point.IsEmpty || record.StartedAt is not { } started || point.Time < UnixNanoseconds.FloorToSecond(UnixNanoseconds.From(started)))
        {
            return (false, null);
        }

        // Twice: a kubelet that stops ends the search as cleanly as the end of the file does.
        long? place = null;
        for (int attempt = 0; attempt < 2 && place is null; attempt++)
        {
            (place, PodLogFailure? failure) = await FindAsync(point.Since, previous: false, cancellationToken);
            if (failure is not null)
            {
                return (false, failure);
            }
        }

        if (place is null)
        {
            return (false, null);
        }

        target.OnGap(new LogGap(GapReasons.Restarts, null, StartOf(record), StartOf(record), Certain: false));
        lock (gate)
        {
            position.Relabel(instance);
        }

        return (true, null);
    }

    /// <summary>Reads the position's instance: to the end of what is there, or following.</summary>
    /// <param name="start">Where to begin when nothing of the instance was read yet.</param>
    /// <param name="cancellationToken">Ends the read; the outcome is then <see cref="ReadEnd.Broken"/>.</param>
    /// <param name="onOpen">Called when the response's status is 200.</param>
    public async Task<ReadOutcome> ReadAsync(
        ReadStart start, bool follow, bool previous, CancellationToken cancellationToken, SeenUpTo? until = null,
        Action? onOpen = null)
    {
        long opened = pool.TimeProvider.GetTimestamp();
        bool resumes = !position.Point.IsEmpty;
        bool whole = _whole;
        (Replay? replay, PodLogFailure? failure) = await ReplayAsync(previous, cancellationToken);
        if (replay is null)
        {
            return new ReadOutcome(ReadEnd.Broken, failure, 0, TimeSpan.Zero);
        }

        await pool.Opens.TakeAsync(cancellationToken);
        using PodLogResponse response = await pool.Client.OpenAsync(
            new PodLogRequest(key.Namespace, key.Pod, key.Container)
            {
                Follow = follow,
                Previous = previous,
                TailLines = resumes ? null : start.TailLines,
                SinceTime = !resumes ? start.SinceTime : whole ? null : position.Point.Since,
            },
            cancellationToken);
        if (response.Failure is not null)
        {
            return new ReadOutcome(ReadEnd.Broken, response.Failure, 0, TimeSpan.Zero);
        }

        onOpen?.Invoke();
        using var reader = new LogReader(position, replay, target, pool.TimeProvider, gate)
        {
            IsResume = resumes,
            AcceptFileChange = _acceptFileChange,
            Deliver = start.Deliver || resumes,
            Until = until,
            Rotation = follow ? _rotation : null,
        };
        _reading = reader;
        ReadEnd end = await ReadToEndAsync(reader, response, cancellationToken);
        _reading = null;
        if (end is ReadEnd.Clean && start.HasEnded)
        {
            end = reader.HasFragment ? BelieveFragment(reader) : !replay.IsComplete ? LastSeenIsGone() : end;
        }

        if (end is not ReadEnd.FileChanged)
        {
            _acceptFileChange = false;
            _whole = false;
        }

        return new ReadOutcome(
            end,
            end is ReadEnd.KubeletText ? PodLogFailure.FromText(reader.Text ?? "") : null,
            reader.NewLines,
            pool.TimeProvider.GetElapsedTime(opened));
    }

    private void Begin(int instance)
    {
        lock (gate)
        {
            position.MoveToStartOf(instance);
        }

        _emptyReads = 0;
    }

    private void BeginAfterGap(int instance, ContainerRecord record, bool certain)
    {
        target.OnGap(new LogGap(GapReasons.Restarts, null, position.Point.Time, StartOf(record), certain));
        Begin(instance);
    }

    private static async Task<ReadEnd> ReadToEndAsync(LogReader reader, PodLogResponse response, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(response.Body, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return ReadEnd.Broken;
        }
    }

    /// <summary>The file ended before what was seen of it came again: it was rotated, with whatever followed.</summary>
    private ReadEnd LastSeenIsGone()
    {
        if (!_acceptFileChange)
        {
            return ReadEnd.FileChanged;
        }

        target.OnGap(new LogGap(GapReasons.Rotation, null, position.Point.Time, position.Point.Time, Certain: false));
        return ReadEnd.Clean;
    }

    /// <summary>
    /// A container that ended without a newline leaves a last line without one; a kubelet that stops leaves the same. When two
    /// reads end in the same bytes it is the line.
    /// </summary>
    private ReadEnd BelieveFragment(LogReader reader)
    {
        ulong fragment = reader.FragmentHash;
        if (fragment != _fragment || !reader.FragmentHasTimestamp)
        {
            _fragment = fragment;
            return ReadEnd.Broken;
        }

        _fragment = 0;
        reader.TakeFragment();
        return ReadEnd.Clean;
    }

    /// <summary>What the next response will repeat; searched for with a finite read where it is not remembered.</summary>
    private async Task<(Replay? Replay, PodLogFailure? Failure)> ReplayAsync(bool previous, CancellationToken cancellationToken)
    {
        ResumePoint point = position.Point;
        if (point.IsEmpty)
        {
            return (Replay.None(), null);
        }

        if (point.Covers && !_whole)
        {
            return (Replay.Of(point), null);
        }

        (long? place, PodLogFailure? failure) = await FindAsync(_whole ? null : point.Since, previous, cancellationToken);
        return failure is not null ? (null, failure) : place is { } count ? (Replay.OfCount(count), null) : (Replay.Of(point), null);
    }

    /// <summary>Looks for the position in a file: how many lines there are up to it.</summary>
    private async Task<(long? Place, PodLogFailure? Failure)> FindAsync(long? since, bool previous, CancellationToken cancellationToken)
    {
        await pool.Opens.TakeAsync(cancellationToken);
        var search = new AnchorSearch(position.Point, since);
        PodLogFailure? failure = await LineScan.RunAsync(
            pool.Client,
            new PodLogRequest(key.Namespace, key.Pod, key.Container) { Previous = previous, SinceTime = since },
            position.Point.Time, search.Add, cancellationToken);
        return (search.Position, failure);
    }

    private long StartOf(ContainerRecord record)
        => record.StartedAt is { } started ? UnixNanoseconds.From(started) : UnixNanoseconds.From(pool.TimeProvider.GetUtcNow());
}
