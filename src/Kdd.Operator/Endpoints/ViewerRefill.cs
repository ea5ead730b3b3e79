using Kdd.Api.Wire;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>One viewer's way through a <see cref="SessionRefill"/>.</summary>
internal sealed class ViewerRefill : IDisposable
{
    /// <summary>Containers that cannot be read hold a viewer up no longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly SessionRefill _refill;
    private readonly AsyncSignal _signal;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;

    public ViewerRefill(SessionRefill refill, AsyncSignal signal, TimeProvider time)
    {
        (_refill, _signal, _time) = (refill, signal, time);
        _began = time.GetTimestamp();
        Reader = new BufferReader(Buffer, sequence: 1);
        Buffer.AddReader(signal);
        _timer = time.CreateTimer(static signal => ((AsyncSignal)signal!).Set(), signal, Patience, Timeout.InfiniteTimeSpan);
    }

    public SessionBuffer Buffer => _refill.Session.Buffer;

    public BufferReader Reader { get; }

    /// <summary>Everything that could be read has been sent.</summary>
    public bool IsComplete()
        => Reader.IsAtEnd && (_refill.Session.OverReason is not null || _time.GetElapsedTime(_began) >= Patience) && Reader.IsAtEnd;

    /// <summary>What could not be read: lines since the viewer's watermark may be missing.</summary>
    public IEnumerable<(LogGap Gap, ContainerKey Container)> Unread()
    {
        long now = UnixNanoseconds.From(_time.GetUtcNow());
        return _refill.Session.Unread().Select(key => (new LogGap(GapReasons.OwnerChanged, null, _refill.Watermark, now, Certain: false), key));
    }

    public void Dispose()
    {
        Buffer.RemoveReader(_signal);
        _timer.Dispose();
        _refill.Leave();
    }
}
