using Kdd.Api.Wire;
using Kdd.Operator.Endpoints;

namespace Kdd.Operator.Sessions;

public sealed partial class Session
{
    private SessionRefill? _refill;
    private ulong _refills;

    /// <summary>
    /// A viewer comes from another owner. A session that is not open yet reads what the viewer may have missed as its backlog;
    /// an open one that did not read so far back reads it for this viewer aside.
    /// </summary>
    private SessionRefill? Resume(in StreamCursor cursor)
    {
        if (!_opened)
        {
            _resumeFrom = Math.Min(_resumeFrom ?? long.MaxValue, cursor.Watermark);
            foreach (SessionSource source in _sources.Values)
            {
                source.Start = StartOf(_spec.Spec.Tail);
                source.DrainedUntil = _resumeFrom.Value;
            }

            return null;
        }

        if (_state is not SessionState.Ended)
        {
            DeclareGone(cursor.Watermark);
        }

        long from = UnixNanoseconds.FloorToSecond(Math.Max(0, cursor.Watermark - ViewerStart.ResumeMargin));
        if (_state is SessionState.Ended or SessionState.Suspended
            || (_sources.Values.All(source => !source.IsWanted || source.ReadFrom <= from) && (_buffer.Evicted == 0 || _buffer.OldestTime <= from)))
        {
            return null;
        }

        // Of an epoch that a viewer has not seen, so that its lines count as sent again.
        if (_refill is null || !_refill.TryJoin(cursor))
        {
            _refill = new SessionRefill(this, _context.WithEpoch(unchecked(Epoch + ++_refills)), _spec.ForRefill(), cursor.Watermark, [.. _pods.Values]);
        }

        return _refill;
    }

    /// <summary>Before the first pods: up to where the backlog was sent by another owner, Unix ns.</summary>
    internal void ResumeFrom(long watermark) => _resumeFrom = watermark;

    /// <summary>Containers whose backlog could not be read to its end.</summary>
    internal IReadOnlyList<Streaming.ContainerKey> Unread()
    {
        lock (_step)
        {
            return [.. _sources.Values.Where(source => source.IsWanted && !source.IsEnded).Select(source => source.Frames.Key)];
        }
    }
}
