using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Streaming;

/// <summary>
/// A backlog read for a viewer that comes from another owner: which instances it must cover, and what of them the kubelet no
/// longer has.
/// </summary>
internal sealed class ResumedRead
{
    private const int MaxTailReads = 3;
    private const int MaxRereads = 3;

    private readonly LogStart.Resume _start;
    private readonly bool _fromPrevious;
    private readonly long _began;
    private int _tailReads;
    private int _rereads;

    public ResumedRead(LogStart.Resume start, ContainerRecord record, Readability readable)
    {
        _start = start;
        DateTimeOffset? began = StartOf(record);

        // Times of the node, in whole seconds.
        _fromPrevious = readable.Instance > 0 && (began is not { } time || UnixNanoseconds.From(time) + UnixNanoseconds.PerSecond > start.SinceTime);
        began = _fromPrevious ? record.Phase is ContainerPhase.Waiting ? null : record.LastTerminated?.StartedAt : began;
        _began = began is { } known ? UnixNanoseconds.From(known) : 0;
        FirstInstance = _fromPrevious ? readable.Instance - 1 : readable.Instance;
    }

    /// <summary>The instance before the current one too, when the current one began after what is asked for.</summary>
    public int FirstInstance { get; }

    public bool IsChecked { get; private set; }

    private static DateTimeOffset? StartOf(ContainerRecord record)
        => record.Phase is ContainerPhase.Waiting ? record.LastTerminated?.StartedAt : record.StartedAt;

    /// <summary>Declares what is gone. True: there is more to read.</summary>
    /// <param name="mayRead">False where a stream reads on from here.</param>
    public async Task<bool> CheckAsync(
        UpstreamPool pool, ContainerKey key, LogPosition position, ContainerRecord record, InstanceReader reader, ILogTarget target, bool mayRead,
        CancellationToken cancellationToken)
    {
        var request = new PodLogRequest(key.Namespace, key.Pod, key.Container);
        if (mayRead && position.Anchor is null && _tailReads < MaxTailReads)
        {
            // A body that was cut before its first line ends as one that has none: a last line of the time asked for tells.
            if (_rereads++ < MaxRereads && await LineScan.HeadAsync(pool.Client, request with { TailLines = 1 }, cancellationToken) >= _start.SinceTime)
            {
                return true;
            }

            // Nothing since: the container is quiet, or its node's clock is behind. The last lines tell.
            ReadOutcome tail = await reader.ReadAsync(
                new ReadStart(Math.Max(1, _start.Lines ?? 1), Deliver: _start.Lines is not 0), follow: false, previous: false, cancellationToken);
            _tailReads = tail.Failure is null ? MaxTailReads : _tailReads + 1;
            return true;
        }

        IsChecked = true;
        if (_fromPrevious && FirstInstance > 0 && _began > _start.Watermark)
        {
            // The instance before both began and ended in between.
            Declare(_began);
        }
        else if (reader.FirstTime > ReachOf(_began))
        {
            await CheckHeadAsync(request with { Previous = _fromPrevious }, _began, reader.FirstTime);
        }

        if (position.Instance > FirstInstance && StartOf(record) is { } began && reader.FirstTimeOfInstance > ReachOf(UnixNanoseconds.From(began)))
        {
            await CheckHeadAsync(request, UnixNanoseconds.From(began), reader.FirstTimeOfInstance);
        }

        return false;

        // Times of the node, in whole seconds. What was written before the watermark was sent.
        long ReachOf(long began) => Math.Max(_start.Watermark, began + UnixNanoseconds.PerSecond);

        // Where its file no longer reaches back so far, lines may have been rotated away.
        async Task CheckHeadAsync(PodLogRequest file, long began, long firstTime)
        {
            long? head = await LineScan.HeadAsync(pool.Client, file, cancellationToken);
            if (head is null || head > ReachOf(began))
            {
                Declare(firstTime);
            }
        }

        void Declare(long to) => target.OnGap(new LogGap(GapReasons.OwnerChanged, null, _start.Watermark, to, Certain: false));
    }
}
