using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Notices that a flat-out writer rotated its file away before the kubelet had handed it on (seen on a real cluster:
/// 866,000 of 1,381,000 lines gone in one place, without a sign): a stream that was behind its own timestamps and jumps
/// forward.
/// </summary>
internal sealed class RotationDetector
{
    private const long LeastLag = 2 * UnixNanoseconds.PerSecond;
    private const long LeastBytes = 1 << 20;

    private readonly ClockOffset _offset = new();
    private long _bytes;
    private long _lastTime;

    /// <summary>How far reading is behind writing, ns.</summary>
    public long Lag { get; private set; }

    /// <summary>How far the node's clock is behind ours, ns; 0 while unknown.</summary>
    public long Offset => _offset.IsKnown ? _offset.Value : 0;

    /// <summary>True when lines between the last one and this are probably lost.</summary>
    public bool Observe(long time, int length, long arrival)
    {
        long lag = _offset.IsKnown ? Math.Max(0, arrival - time - _offset.Value) : 0;
        bool jumped = Lag > LeastLag && time - _lastTime >= Lag / 2 && lag <= Lag / 2 && _bytes >= LeastBytes;
        _offset.Observe(arrival, time);
        _bytes = jumped ? 0 : _bytes + length;
        _lastTime = time;
        Lag = lag;
        return jumped;
    }
}
