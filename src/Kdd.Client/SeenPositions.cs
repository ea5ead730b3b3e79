using Kdd.Api.Wire;

namespace Kdd.Client;

/// <summary>
/// Tells new lines from repeats. A new epoch (another owner, or its restart) sends everything from 90 s before the watermark again;
/// of that, what is not after the last position of its source and instance is a repeat, until the line at that position has come
/// again. A source whose timestamps stepped back lately is compared by time and hash instead, and a line in doubt is kept: better
/// twice than lost. Memory: one position for each source and instance, and the hashes of what a resend can reach. Not thread-safe.
/// </summary>
public sealed class SeenPositions(TimeProvider timeProvider)
{
    /// <summary>How far before the watermark a new owner begins.</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromSeconds(90);

    /// <summary>Lines between two prunings: often enough to bound memory, rarely enough to cost nothing.</summary>
    private const int LinesBetweenPrunings = 4096;

    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>stdout and stderr are stamped apart: a line may be this much newer than the next in the file, ns.</summary>
    private const long StampTolerance = 100_000_000;

    private readonly Dictionary<(ulong Source, int Instance), Position> _positions = [];
    private readonly Dictionary<ulong, int> _newest = [];
    private readonly RecentHashes _recent = new();
    private ulong? _epoch;

    /// <summary>Epochs entered after the first: each sends again.</summary>
    private int _resends;
    private bool _synced;
    private long _watermark;
    private long _resentFrom;
    private int _untilPruning = LinesBetweenPrunings;

    /// <summary>Positions held, for those who watch memory.</summary>
    public int Count => _positions.Count;

    /// <param name="hash">A 64-bit hash of the line's message: what else stands in its data may differ from owner to owner.</param>
    /// <returns>True: the line is new, and is remembered.</returns>
    public bool Accept(in StreamCursor cursor, ulong hash)
    {
        EnterEpoch(cursor.Epoch);
        if (!_positions.TryGetValue((cursor.Source, cursor.Instance), out Position? last))
        {
            last = new Position { ResentIn = _resends, FirstTime = cursor.Time };
            if (IsLabelledAnew(cursor, hash))
            {
                return false;
            }

            _positions.Add((cursor.Source, cursor.Instance), last);
        }
        else if (last.ResentIn < _resends && IsRepeat(cursor, hash, last))
        {
            return false;
        }

        if ((cursor.Time, cursor.N).CompareTo((last.MostTime, last.MostN)) > 0)
        {
            last.ResentIn = _resends;
        }

        last.Take(cursor, hash, timeProvider.GetTimestamp());
        _newest[cursor.Source] = cursor.Instance;
        _recent.Add(cursor.Source, cursor.Time, hash, cursor.Watermark - (long)Resend.TotalNanoseconds - NanosecondsPerSecond);
        _watermark = cursor.Watermark;
        PruneNowAndThen(cursor.Watermark);
        return true;
    }

    /// <summary>The backlog or the resume is complete: what comes now is live, or of a source that could not be read before.</summary>
    public void Synced() => _synced = true;

    /// <summary>Of a line that comes before anything new of its source and instance came in this epoch.</summary>
    private bool IsRepeat(in StreamCursor cursor, ulong hash, Position last)
    {
        if ((cursor.Time, cursor.N, hash) == (last.Time, last.N, last.Hash))
        {
            // Lines come in the order of the file: all that was seen has come again.
            last.ResentIn = _resends;
            return true;
        }

        if ((cursor.Time, cursor.N).CompareTo((last.MostTime, last.MostN)) > 0)
        {
            // A tail that began within an instant counts from there, the next owner from the instant's first line.
            return IsLabelledAnew(cursor, hash)
                || (cursor.Time == last.MostTime && _recent.TakeBack(cursor.Source, cursor.Time, hash));
        }

        if (last.SteppedBackWithin(Resend, timeProvider))
        {
            // What lies before the first line ever seen is neither: a tail had left it out.
            bool isKnown = _recent.TakeBack(cursor.Source, cursor.Time, hash);
            last.RecognisedIn = isKnown ? _resends : last.RecognisedIn;
            return isKnown || (!_synced && last.RecognisedIn < _resends && cursor.Time <= last.FirstTime + StampTolerance);
        }

        // After the resume only what a resend can reach may be one: else a clock was set back.
        return !_synced || cursor.Time >= _resentFrom;
    }

    /// <summary>
    /// An owner may have taken a container's new instance for the old one until the pod's status told of it: the next owner
    /// sends the same lines under another instance.
    /// </summary>
    private bool IsLabelledAnew(in StreamCursor cursor, ulong hash)
        => _resends > 0 && _newest.TryGetValue(cursor.Source, out int newest) && newest != cursor.Instance
            && _recent.TakeBack(cursor.Source, cursor.Time, hash);

    private void EnterEpoch(ulong epoch)
    {
        if (epoch == _epoch)
        {
            return;
        }

        if (_epoch is not null)
        {
            _resends++;
            _resentFrom = _watermark - (long)Resend.TotalNanoseconds - NanosecondsPerSecond;
        }

        _synced = false;
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
        long reach = watermark - (2 * (long)Resend.TotalNanoseconds);
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
        /// <summary>Of the last line, in the order of the file.</summary>
        public long Time { get; private set; }
        public int N { get; private set; }
        public ulong Hash { get; private set; }

        /// <summary>Of the line with the greatest time.</summary>
        public long MostTime { get; private set; } = long.MinValue;
        public int MostN { get; private set; }

        /// <summary>Of the first line.</summary>
        public required long FirstTime { get; init; }

        /// <summary>The resend in which everything that was seen had come again.</summary>
        public int ResentIn { get; set; }

        /// <summary>The resend in which a line was known by its hash.</summary>
        public int RecognisedIn { get; set; }

        /// <summary>Timestamp of the client's monotonic clock at the last step back.</summary>
        private long? SteppedBack { get; set; }

        public void Take(in StreamCursor cursor, ulong hash, long timestamp)
        {
            int order = (cursor.Time, cursor.N).CompareTo((MostTime, MostN));
            if (order < 0)
            {
                SteppedBack = timestamp;
            }
            else
            {
                (MostTime, MostN) = (cursor.Time, cursor.N);
            }

            (Time, N, Hash) = (cursor.Time, cursor.N, hash);
        }

        public bool SteppedBackWithin(TimeSpan span, TimeProvider timeProvider)
            => SteppedBack is { } at && timeProvider.GetElapsedTime(at) < span;
    }
}
