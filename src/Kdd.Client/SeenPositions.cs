using Kdd.Api.Wire;

namespace Kdd.Client;

/// <summary>
/// Tells new lines from repeats. A new epoch (another owner, or its restart) sends everything from 90 s before the watermark again;
/// of that, what is not after the last position of its source and instance is a repeat. A source whose timestamps stepped back
/// lately is compared by time and hash instead, and a line in doubt is kept: better twice than lost. Memory: one position for each
/// source and instance, and the hashes of the last <see cref="Resend"/>. Not thread-safe.
/// </summary>
public sealed class SeenPositions(TimeProvider timeProvider)
{
    /// <summary>How far before the watermark a new owner begins.</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromSeconds(90);

    /// <summary>Lines between two prunings: often enough to bound memory, rarely enough to cost nothing.</summary>
    private const int LinesBetweenPrunings = 4096;

    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly Dictionary<(ulong Source, int Instance), Position> _positions = [];
    private readonly RecentHashes _recent = new(timeProvider);
    private ulong? _epoch;
    private bool _resending;
    private int _untilPruning = LinesBetweenPrunings;

    /// <summary>Positions held, for those who watch memory.</summary>
    public int Count => _positions.Count;

    /// <param name="hash">A 64-bit hash of the line's text.</param>
    /// <returns>True: the line is new, and is remembered.</returns>
    public bool Accept(in StreamCursor cursor, ulong hash)
    {
        EnterEpoch(cursor.Epoch);
        (ulong, int) key = (cursor.Source, cursor.Instance);
        if (_positions.TryGetValue(key, out Position? last))
        {
            int order = (cursor.Time, cursor.N).CompareTo((last.Time, last.N));
            bool repeat = _resending && (last.SteppedBackWithin(Resend, timeProvider) ? _recent.TakeBack(key, cursor.Time, hash) : order <= 0);
            if (repeat)
            {
                return false;
            }

            if (order < 0)
            {
                last.SteppedBack = timeProvider.GetTimestamp();
            }

            (last.Time, last.N) = (cursor.Time, cursor.N);
        }
        else
        {
            _positions[key] = new Position { Time = cursor.Time, N = cursor.N };
        }

        _recent.Add(key, cursor.Time, hash);
        PruneNowAndThen(cursor.Watermark);
        return true;
    }

    /// <summary>The backlog or the resume is complete: what comes now is live, and new.</summary>
    public void Synced()
    {
        _resending = false;
        _recent.EndResend();
    }

    private void EnterEpoch(ulong epoch)
    {
        if (epoch == _epoch)
        {
            return;
        }

        _resending = _epoch is not null;
        _epoch = epoch;
        _recent.BeginResend();
    }

    /// <summary>A container instance that a later one followed, and that ended before anything a resend could reach, never comes again.</summary>
    private void PruneNowAndThen(long watermark)
    {
        if (--_untilPruning > 0)
        {
            return;
        }

        _untilPruning = LinesBetweenPrunings;
        long reach = watermark - (2 * (long)Resend.TotalMilliseconds * NanosecondsPerMillisecond);
        Dictionary<ulong, int> newest = [];
        foreach ((ulong source, int instance) in _positions.Keys)
        {
            newest[source] = Math.Max(instance, newest.GetValueOrDefault(source));
        }

        foreach (((ulong source, int instance) key, Position position) in _positions.ToArray())
        {
            if (key.instance < newest[key.source] && position.Time < reach)
            {
                _positions.Remove(key);
            }
        }
    }

    private sealed class Position
    {
        public long Time { get; set; }
        public int N { get; set; }

        /// <summary>Timestamp of the client's monotonic clock at the last step back.</summary>
        public long? SteppedBack { get; set; }

        public bool SteppedBackWithin(TimeSpan span, TimeProvider timeProvider)
            => SteppedBack is { } at && timeProvider.GetElapsedTime(at) < span;
    }
}
