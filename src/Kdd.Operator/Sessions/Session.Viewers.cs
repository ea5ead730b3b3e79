using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>An event for all viewers that is no part of the buffer.</summary>
internal sealed record SessionNotice(long Number, byte[] Frame, bool EndsViewers);

/// <summary>What a viewer finds when it joins.</summary>
/// <param name="Status">The last status event; null before the first.</param>
/// <param name="LastNotice">Notices up to this are not for it.</param>
/// <param name="Refill">Is sent first; null when the buffer holds all that the viewer needs.</param>
internal sealed record ViewerWelcome(byte[]? Status, long LastNotice, SessionRefill? Refill = null);

public sealed partial class Session
{
    private const int MaxNotices = 64;

    private readonly Lock _noticeLock = new();
    private readonly List<SessionNotice> _notices = [];
    private long _lastNotice;
    private byte[]? _status;
    private int _viewers;

    /// <summary>Why the session is over, or closed for now; null while it streams.</summary>
    internal string? OverReason
    {
        get
        {
            lock (_step)
            {
                return _state switch
                {
                    SessionState.Ended => _endReason,
                    SessionState.Suspended => Kdd.Api.Wire.EndReasons.Suspended,
                    _ => null,
                };
            }
        }
    }

    /// <summary>The backlog is in the buffer up to the published end, or the session is over.</summary>
    internal bool IsCaughtUp => Volatile.Read(ref _backlogComplete);

    /// <summary>A viewer joins; an idle session opens its streams.</summary>
    internal async Task<ViewerWelcome> JoinAsync(AsyncSignal signal, Kdd.Api.Wire.StreamCursor? cursor, CancellationToken cancellationToken)
    {
        var welcome = new TaskCompletionSource<ViewerWelcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _buffer.AddReader(signal);
        bool posted = TryPost(new Posted(Join, null, default));
        if (!posted)
        {
            // Disposed a moment ago: its last notices say so.
            welcome.TrySetResult(new ViewerWelcome(null, 0));
        }

        using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister((_, token) => welcome.TrySetCanceled(token), null);
        return await welcome.Task;

        void Join()
        {
            _viewers++;
            _buffer.IsWatched = true;
            SessionRefill? refill = cursor is { } position && position.Epoch != Epoch ? Resume(position) : null;
            if (_state is SessionState.Idle)
            {
                Reopen();
            }

            lock (_noticeLock)
            {
                welcome.TrySetResult(new ViewerWelcome(_status, _lastNotice, refill));
            }
        }
    }

    internal void LeaveViewer(AsyncSignal signal)
    {
        _buffer.RemoveReader(signal);
        Post(() =>
        {
            _viewers--;
            if (_viewers == 0)
            {
                _unwatchedSince = _context.TimeProvider.GetTimestamp();
                _buffer.UnwatchedSince = _unwatchedSince;
                _buffer.IsWatched = false;
            }
        });
    }

    /// <summary>The notices after <paramref name="number"/>.</summary>
    internal IReadOnlyList<SessionNotice> NoticesAfter(long number)
    {
        lock (_noticeLock)
        {
            return _lastNotice == number ? [] : [.. _notices.Where(notice => notice.Number > number)];
        }
    }

    /// <summary>Counts as a <c>stats</c> event shows them.</summary>
    internal SessionLineCounts CountsNow()
    {
        lock (_step)
        {
            return Counts();
        }
    }

    private void Notice(byte[] frame, bool endsViewers)
    {
        lock (_noticeLock)
        {
            _notices.Add(new SessionNotice(++_lastNotice, frame, endsViewers));
            if (_notices.Count > MaxNotices)
            {
                _notices.RemoveAt(0);
            }
        }

        _buffer.Wake();
    }
}
