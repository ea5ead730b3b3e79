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

    /// <summary>Kestrel's MinResponseDataRate never ends a stalled event stream (its deadline only grows): ours does.</summary>
    private static readonly TimeSpan WriteDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Unsent bytes after which a flush is due.</summary>
    private const int FlushBytes = 256 << 10;

    private readonly Session _session;
    private readonly StreamQuery _query;
    private readonly StreamFormat _format;
    private readonly PipeWriter _output;
    private readonly TimeProvider _time;
    private readonly ViewerFilter _filter;
    private readonly AsyncSignal _signal = new();
    private readonly ITimer _timer;
    private ViewerRefill? _refill;
    private BufferReader? _reader;
    private ViewerWelcome? _welcome;
    private SessionLineCounts _toldCounts;
    private long _notice;
    private long _shown;
    private long _lastTime;
    private bool _synced;

    public ViewerStream(Session session, StreamQuery query, StreamFormat format, PipeWriter output)
    {
        _session = session;
        _query = query;
        _format = format;
        _output = output;
        _time = session.Context.TimeProvider;
        _filter = new ViewerFilter(query, UnixNanoseconds.From(_time.GetUtcNow()));
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
        _format.WriteOpening(_output);
        if (_welcome?.Status is { } status)
        {
            _format.WriteEvent(_output, status);
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

            if (_output.UnflushedBytes > 0)
            {
                heard = _time.GetTimestamp();
            }
            else if (_time.GetElapsedTime(heard) >= Heartbeat)
            {
                heard = _time.GetTimestamp();
                _format.WriteHeartbeat(_output);
            }

            if (!await FlushAsync(cancellationToken))
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
        }
    }

    public void Dispose()
    {
        _refill?.Dispose();
        _session.LeaveViewer(_signal);
        _timer.Dispose();
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Sends what is published; false when the viewer does not take it.</summary>
    private async ValueTask<bool> SendFramesAsync(bool caughtUp, CancellationToken cancellationToken)
    {
        if (_refill is not null)
        {
            if (!await SendRunsAsync(_refill.Reader, _refill.Buffer, GapReasons.OwnerChanged, cancellationToken))
            {
                return false;
            }

            if (_refill.IsComplete())
            {
                foreach ((LogGap gap, ContainerKey key) in _refill.Unread())
                {
                    _format.WriteEvent(_output, EventFrames.Gap(gap, key.Pod, key.Container, null));
                }

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
            SendGap(start.Gap);
        }

        return await SendRunsAsync(_reader, _session.Buffer, GapReasons.SlowViewer, cancellationToken);
    }

    private async ValueTask<bool> SendRunsAsync(BufferReader reader, SessionBuffer buffer, string gapReason, CancellationToken cancellationToken)
    {
        while (!reader.IsAtEnd && !buffer.IsDisposed)
        {
            if (reader.TryRead(out FrameRun run, out long lost))
            {
                Send(run);
                run.Release();
                if (_output.UnflushedBytes >= FlushBytes && !await FlushAsync(cancellationToken))
                {
                    return false;
                }
            }
            else if (lost > 0 && !buffer.IsDisposed)
            {
                SendGap(new LogGap(gapReason, lost, _lastTime, UnixNanoseconds.From(_time.GetUtcNow()), Certain: true));
            }
        }

        return true;
    }

    private void Send(in FrameRun run)
    {
        _lastTime = run.Block[run.First + run.Count - 1].Time;
        if (_filter.PassesAll)
        {
            _format.WriteRun(_output, run);
            Shown(run.Block.Lines(run.First, run.Count));
            return;
        }

        int end = run.First + run.Count;
        for (int i = run.First; i < end; i++)
        {
            int first = i;
            while (i < end && _filter.Passes(run.Block, i))
            {
                i++;
            }

            if (i > first)
            {
                _format.WriteRun(_output, new FrameRun(run.Block, first, i - first));
                Shown(run.Block.Lines(first, i - first));
            }
        }
    }

    private void Shown(int lines)
    {
        _shown += lines;
        SessionMetrics.Delivered(lines);
    }

    private void SendGap(LogGap? gap)
    {
        if (gap is { } missing)
        {
            _format.WriteEvent(_output, EventFrames.Gap(missing, null, null, null));
        }
    }

    /// <summary>What comes after the frames; true when nothing follows it.</summary>
    private bool SendEvents(bool caughtUp, IReadOnlyList<SessionNotice> notices)
    {
        if (caughtUp && !_synced && _reader is not null)
        {
            _synced = true;
            SendStats();
            _format.WriteEvent(_output, EventFrames.Synced(_shown));
            if (!_query.Follow)
            {
                return true;
            }
        }

        foreach (SessionNotice notice in notices)
        {
            _format.WriteEvent(_output, notice.Frame);
            _notice = notice.Number;
            if (notice.EndsViewers)
            {
                return true;
            }
        }

        if (_synced && _session.OverReason is { } reason)
        {
            // It was over before this viewer came.
            _format.WriteEvent(_output, EventFrames.End(reason));
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
            _format.WriteEvent(_output, EventFrames.Stats(counts.Received, counts.Kept, counts.Filtered, _shown));
        }
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        if (_output.UnflushedBytes == 0)
        {
            return true;
        }

        ValueTask<FlushResult> flush = _output.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
        {
            return !flush.Result.IsCompleted;
        }

        Task<FlushResult> slow = flush.AsTask();
        try
        {
            return !(await slow.WaitAsync(WriteDeadline, _time, cancellationToken)).IsCompleted;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
