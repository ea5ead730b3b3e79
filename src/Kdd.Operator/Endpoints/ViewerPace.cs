using Kdd.Operator.Streaming;

namespace Kdd.Operator.Endpoints;

/// <summary>
/// Spaces the writes of one viewer when the replica has many: what comes after quiet leaves at once, and in a steady flow
/// writes are <see cref="Interval"/> apart. A wake-up and a send cost about 140 us whatever they carry, so 50 viewers at
/// 1,000 lines/s would keep cores busy with nothing else. Below <see cref="Crowd"/> viewers nothing is held back: a line is
/// worth its wake-up, and a lone reader's delay stays that of the source.
/// </summary>
internal sealed class ViewerPace : IDisposable
{
    /// <summary>A frame of a browser: nobody sees less.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(16);

    /// <summary>From this many viewers of the replica on.</summary>
    public const int Crowd = 8;

    private readonly AsyncSignal _signal;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _written;

    /// <param name="signal">Wakes the viewer; full blocks release it early (<see cref="SessionBuffer.Publish"/>).</param>
    public ViewerPace(AsyncSignal signal, TimeProvider time)
    {
        (_signal, _time) = (signal, time);
        _timer = time.CreateTimer(static signal => ((AsyncSignal)signal!).Release(), signal, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something was written to the viewer now.</summary>
    public void Written() => _written = _time.GetTimestamp();

    /// <summary>Completes when the next write may leave: when it is due, or a full block waits for it.</summary>
    public ValueTask WaitAsync(int viewers)
    {
        if (viewers < Crowd || _written is not { } written || Interval - _time.GetElapsedTime(written) is var rest && rest <= TimeSpan.Zero)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask released = _signal.HoldAsync();
        _timer.Change(rest, Timeout.InfiniteTimeSpan);
        return released;
    }

    public void Dispose() => _timer.Dispose();
}
