using Kdd.Api.LogViews;
using Kdd.Kubernetes.Queues;

namespace Kdd.Operator.Reconciliation;

/// <summary>
/// What waits to be written of one LogView, and since when it may be. Whoever asks too early is told how long to wait: the same
/// key is woken for several reasons, and a write that two of them cause is one too many.
/// </summary>
/// <remarks>Not safe for threads: callers lock it.</remarks>
internal sealed class PendingStatus(TimeProvider timeProvider)
{
    /// <summary>The first write waits this long: streams open within it, and one write says both.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two writes of a state.</summary>
    public static readonly TimeSpan Coalesce = TimeSpan.FromSeconds(1);

    /// <summary>Between a write and one that only brings counters up to date.</summary>
    public static readonly TimeSpan Counters = TimeSpan.FromSeconds(60);

    private readonly long _start = timeProvider.GetTimestamp();
    private ObservedLogView? _observed;
    private LogViewStatus? _wanted;
    private TimeSpan _due;
    private TimeSpan? _turn;
    private TimeSpan? _writtenAt;
    private StatusWrite? _last;

    /// <summary>What the status that waits would change.</summary>
    public StatusDifference Difference { get; private set; }

    /// <summary>Since this was made, on the monotonic clock.</summary>
    private TimeSpan Now => timeProvider.GetElapsedTime(_start);

    /// <summary>The newest status that the LogView should have. Returns when to ask <see cref="TryTake"/>; null: never.</summary>
    public TimeSpan? Offer(ObservedLogView observed, LogViewStatus wanted)
    {
        // The watch may not have brought our own last write yet.
        _last = _last?.Observed.Metadata.ResourceVersion == observed.Metadata.ResourceVersion ? _last : null;
        StatusDifference difference = StatusComparison.Compare(_last?.Status ?? observed.LogView?.Status, wanted);
        if (difference == StatusDifference.None)
        {
            Clear();
            return null;
        }

        TimeSpan due = Now + Settle;
        if (_writtenAt is { } at && at + (difference == StatusDifference.State ? Coalesce : Counters) is var next && next > due)
        {
            due = next;
        }

        (_due, _turn) = Difference == difference ? (due < _due ? due : _due, _turn) : (due, null);
        (_observed, _wanted, Difference) = (observed, wanted, difference);
        return _due - Now;
    }

    /// <summary>The write that is due, which <see cref="Done"/>, <see cref="Dropped"/> or <see cref="Failed"/> ends. Null: <paramref name="wait"/> says when to ask again.</summary>
    /// <param name="turns">Where a turn is taken once it is due, and waited for.</param>
    public StatusWrite? TryTake(TokenBucket turns, out TimeSpan wait)
    {
        wait = _due - Now;
        if (wait > TimeSpan.Zero)
        {
            return null;
        }

        _turn ??= Now + turns.Reserve();
        wait = _turn.Value - Now;
        if (wait > TimeSpan.Zero)
        {
            return null;
        }

        // From before the request: what is offered while it is under way counts from here.
        _writtenAt = Now;
        _last = new StatusWrite(_observed!, _wanted!, _last?.Made ?? _observed!.Metadata.ResourceVersion);
        Clear();
        return _last;
    }

    /// <summary>It was written, and made <paramref name="version"/>.</summary>
    public void Done(StatusWrite write, string version)
    {
        if (_last == write)
        {
            _last = write with { Made = version };
        }
    }

    /// <summary>It was not written, and what it was decided on is no more: only another offer makes it due again.</summary>
    public void Dropped(StatusWrite write) => _last = _last == write ? null : _last;

    /// <summary>It was not written: unless something newer waits, it waits again.</summary>
    public void Failed(StatusWrite write)
    {
        Dropped(write);
        if (Difference == StatusDifference.None)
        {
            Offer(write.Observed, write.Status);
        }
    }

    /// <summary>Nothing waits; a status is not kept for 10,000 LogViews twice.</summary>
    private void Clear() => (_observed, _wanted, Difference, _turn) = (null, null, StatusDifference.None, null);
}

/// <summary>One write of a status.</summary>
/// <param name="Observed">The LogView that it was decided on.</param>
/// <param name="Status">What to write.</param>
/// <param name="Version">The resourceVersion to write on: the observed one, or the one our last write made of it.</param>
internal sealed record StatusWrite(ObservedLogView Observed, LogViewStatus Status, string Version)
{
    /// <summary>The resourceVersion that it made; null while it is under way.</summary>
    public string? Made { get; init; }
}
