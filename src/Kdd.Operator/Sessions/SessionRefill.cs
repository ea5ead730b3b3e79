using Kdd.Api.Wire;

namespace Kdd.Operator.Sessions;

/// <summary>
/// The backlog that viewers of another owner's stream may have missed, where their session is open already and did not read so
/// far back: a finite session beside it, over the same containers. Shared by the viewers that come together.
/// </summary>
internal sealed class SessionRefill
{
    private readonly Lock _lock = new();
    private readonly ulong _epoch;
    private int _viewers = 1;

    public SessionRefill(Session session, SessionContext context, CompiledSpec spec, long watermark, IReadOnlyList<PodRecord> pods)
    {
        Watermark = watermark;
        _epoch = context.Epoch;
        Session = new Session(session.Name, session.Uid, spec, context);
        Session.ResumeFrom(watermark);
        Session.SetPods(pods, workloadFinished: false);
    }

    public Session Session { get; }

    /// <summary>Up to here its viewers have everything, Unix ns.</summary>
    public long Watermark { get; }

    /// <summary>A viewer reads it.</summary>
    public bool IsUsed => Volatile.Read(ref _viewers) > 0;

    /// <summary>False when it does not reach back far enough, is over, or has been sent to this viewer in part already.</summary>
    public bool TryJoin(in StreamCursor cursor)
    {
        lock (_lock)
        {
            bool joins = _viewers > 0 && Watermark <= cursor.Watermark && cursor.Epoch != _epoch;
            _viewers += joins ? 1 : 0;
            return joins;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_viewers > 0)
            {
                return;
            }
        }

        _ = Session.DisposeAsync().AsTask();
    }
}
