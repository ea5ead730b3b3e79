using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private int _defects;

    /// <summary>When the session opens its sources again after a defect, Unix ns; 0: it has none.</summary>
    private long _restAfterDefectUntil;

    /// <summary>Of the session's cursors: the replica's, until the session had to begin again.</summary>
    internal ulong Epoch { get; private set; }

    private long StepOrRestart()
    {
        try
        {
            return Step();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _logger.LogError(e, "session {LogView}: a step failed; its sources are read again from where viewers have everything", Name);
            Restart();
            _buffer.Publish();
            return _restAfterDefectUntil;
        }
    }

    /// <summary>
    /// Lines that a failed step had taken are in nobody's hands. The session begins again as another owner would: under a new
    /// epoch, from its watermark, so that viewers get every line, or a gap.
    /// </summary>
    private void Restart()
    {
        _resumeFrom = Math.Min(_resumeFrom ?? long.MaxValue, Math.Max(0, _encoder.Watermark));
        SessionMetrics.Restarted();
        BeginAgain();
        TimeSpan rest = TimeSpan.FromSeconds(Math.Min(LongestRest.TotalSeconds, Math.Pow(2, _defects++) - 1));
        _restAfterDefectUntil = Now + NanosecondsOf(rest);
        Notice(EventFrames.Error(500, "InternalError", "the session failed and begins again: lines come again from where all were sent"), endsViewers: false);
        MarkChanged();
        _wake.Set();
    }

    /// <summary>Under a new epoch, with no source.</summary>
    private void BeginAgain()
    {
        foreach (SessionSource source in _sources.Values.ToArray())
        {
            Remove(source);
        }

        _finishedSources.Clear();
        _merger.Restart();
        _opened = false;
        _backlogComplete = false;
        Epoch = unchecked(Epoch + (1UL << 32));
        _encoder = new LogFrameEncoder(Epoch);
    }

    /// <summary>Opens the sources again once the rest is over; returns when to look again.</summary>
    private long CheckDefect(long now)
    {
        if (_restAfterDefectUntil == 0)
        {
            return long.MaxValue;
        }

        if (now < _restAfterDefectUntil)
        {
            return _restAfterDefectUntil;
        }

        _restAfterDefectUntil = 0;
        Reconcile();
        return long.MaxValue;
    }
}
