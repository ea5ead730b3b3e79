using System.IO.Pipelines;
using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

internal enum ViewerEnd
{
    /// <summary>The session ended or told the viewer to come again, or all that was asked for has been sent.</summary>
    Complete,

    /// <summary>It reads nothing any more.</summary>
    Stuck,
}

/// <summary>
/// Sends one viewer a session's frames: the same bytes as every other viewer, as fast as it reads. It never slows the
/// session: what it is too slow for is a <c>gap</c>.
/// </summary>
internal sealed class ViewerStream : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StatsInterval = TimeSpan.FromSeconds(5);

    private readonly Session _session;
    private readonly StreamQuery _query;
    private readonly TimeProvider _time;
    private readonly ViewerFilter _filter;
    private readonly ViewerOutput _output;
    private readonly AsyncSignal _signal = new();
    private readonly ITimer _timer;
    private readonly ViewerPace _pace;
    private ViewerRefill? _refill;
    private BufferReader? _reader;
    private ViewerWelcome? _welcome;
    private SessionLineCounts _toldCounts;
    private long _notice;
    private bool _synced;

    public ViewerStream(Session session, StreamQuery query, StreamFormat format, PipeWriter output)
    {
        _session = session;
        _query = query;
        _time = session.Context.TimeProvider;
        _filter = new ViewerFilter(query, UnixNanoseconds.From(_time.GetUtcNow()));
        _output = new ViewerOutput(format, output, _filter, _time);
        _pace = new ViewerPace(_signal, _time);
        _timer = _time.CreateTimer(static signal => ((AsyncSignal)signal!).Set(), _signal, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Wake() => _signal.Set();

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        _welcome = await _session.JoinAsync(_signal, _query.Cursor, cancellationToken);
        _notice = _welcome.LastNotice;
        _refill = _welcome.Refill is { } refill ? new ViewerRefill(refill, _signal, _time) : null;
    }

    /// <summary>The session is over and the viewer has all of it.</summary>
    public bool HasNothingMore() => _query.Cursor is { } cursor && cursor.Epoch == _session.Epoch
        && (_session.OverReason is not null || !_query.Follow) && cursor.Sequence + 1 >= _session.Buffer.PublishedEnd;

    public async Task<ViewerEnd> RunAsync(CancellationToken cancellationToken)
    {
        _output.WriteOpening();
        if (_welcome?.Status is { } status)
        {
            _output.WriteEvent(status);
        }

        long heard = _time.GetTimestamp();
        long counted = heard;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool caughtUp = _session.IsCaughtUp || _session.OverReason is not null;
            IReadOnlyList<SessionNotice> notices = _session.NoticesAfter(_notice);
            if (!await SendFramesAsync(caughtUp, cancellationToken))
            {
                return ViewerEnd.Stuck;
            }

            bool ends = SendEvents(caughtUp, notices);
            if (_time.GetElapsedTime(counted) >= StatsInterval)
            {
                counted = _time.GetTimestamp();
                SendStats();
            }

            if (_output.HasUnflushed)
            {
                heard = _time.GetTimestamp();
                _pace.Written();
            }
            else if (_time.GetElapsedTime(heard) >= Heartbeat)
            {
                heard = _time.GetTimestamp();
                _output.WriteHeartbeat();
            }

            if (!await _output.FlushAsync(cancellationToken))
            {
                return ViewerEnd.Stuck;
            }

            if (ends)
            {
                return ViewerEnd.Complete;
            }

            TimeSpan quiet = Heartbeat - _time.GetElapsedTime(heard);
            _timer.Change(Max(quiet < StatsInterval ? quiet : StatsInterval, TimeSpan.FromMilliseconds(1)), Timeout.InfiniteTimeSpan);
            await _signal.WaitAsync();
            await _pace.WaitAsync(_session.Context.Viewers);
        }
    }

    public void Dispose()
    {
        _refill?.Dispose();
        _session.LeaveViewer(_signal);
        _timer.Dispose();
        _pace.Dispose();
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Sends what is published; false when the viewer does not take it.</summary>
    private async ValueTask<bool> SendFramesAsync(bool caughtUp, CancellationToken cancellationToken)
    {
        if (_refill is not null)
        {
            if (!await _output.WriteRunsAsync(_refill.Reader, _refill.Buffer, GapReasons.OwnerChanged, cancellationToken))
            {
                return false;
            }

            if (_refill.IsComplete())
            {
                SendUnread(_ => true);
                _refill.Dispose();
                _refill = null;
            }
            else
            {
                return true;
            }
        }

        if (_reader is null)
        {
            if (!caughtUp && (_query.Tail is not null || _query.Cursor is { } cursor && cursor.Epoch != _session.Epoch))
            {
                // Counted, or searched by time, in a backlog that must be whole first.
                return true;
            }

            var start = ViewerStart.Of(_session, _query, _filter);
            _reader = new BufferReader(_session.Buffer, start.Sequence);
            _output.WriteGap(start.Gap);
        }

        return await _output.WriteRunsAsync(_reader, _session.Buffer, GapReasons.SlowViewer, cancellationToken);
    }

    private void SendUnread(Func<ContainerKey, bool> which)
    {
        foreach ((LogGap gap, ContainerKey key) in _refill!.Unread().Where(unread => which(unread.Container)))
        {
            _output.WriteEvent(EventFrames.Gap(gap, key.Pod, key.Container, null));
        }
    }

    /// <summary>What comes after the frames; true when nothing follows it.</summary>
    private bool SendEvents(bool caughtUp, IReadOnlyList<SessionNotice> notices)
    {
        if (caughtUp && !_synced && _reader is not null)
        {
            _synced = true;
            SendStats();
            _output.WriteEvent(EventFrames.Synced(_output.Shown));
            if (!_query.Follow)
            {
                return true;
            }
        }

        foreach (SessionNotice notice in notices)
        {
            if (notice.EndsViewers && _refill is not null)
            {
                // No other owner can read these.
                SendUnread(key => !_session.Knows(key));
            }

            _output.WriteEvent(notice.Frame);
            _notice = notice.Number;
            if (notice.EndsViewers)
            {
                return true;
            }
        }

        if (_synced && _session.OverReason is { } reason)
        {
            // It was over before this viewer came.
            _output.WriteEvent(EventFrames.End(reason));
            return true;
        }

        return false;
    }

    private void SendStats()
    {
        SessionLineCounts counts = _session.CountsNow();
        if (counts != _toldCounts)
        {
            _toldCounts = counts;
            _output.WriteEvent(EventFrames.Stats(counts.Received, counts.Kept, counts.Filtered, _output.Shown));
        }
    }
}
