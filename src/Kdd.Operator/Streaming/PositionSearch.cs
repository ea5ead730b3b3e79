namespace Kdd.Operator.Streaming;

/// <summary>What a search for a position in a log file found.</summary>
/// <param name="Replay">Skips what was seen; null when the file does not hold the position.</param>
/// <param name="Failure">Why nothing can be said.</param>
/// <param name="OtherHead">What a file that does not hold the position begins with, if it holds the line that was glimpsed.</param>
/// <param name="IsWhole">The replay is that of the whole file: from <see cref="ResumePoint.Since"/> on, lines would be left out.</param>
internal readonly record struct PositionFound(Replay? Replay, PodLogFailure? Failure = null, SeenLine? OtherHead = null, bool IsWhole = false);

/// <summary>
/// Looks for a position in a log file with finite reads. A kubelet that stops ends a body as cleanly as the end of the file
/// does, so a position counts as absent only when the file's last line, asked for before, was seen.
/// </summary>
internal static class PositionSearch
{
    /// <summary>A file that outruns its own last line this often (rotations, lines split in two) is believed as it is.</summary>
    private const int MaxAttempts = 8;

    /// <summary>So often is a tail read for what follows the position in it.</summary>
    private const int MaxTailAttempts = 4;

    /// <summary>Reading back from a file's end, each attempt asks for so many times the lines of the one before.</summary>
    private const int TailGrowth = 8;

    private const int MaxTail = 1 << 16;

    /// <summary>
    /// How to read on from a position. A node's clock that stepped back stamps lines with times before those that a resume asks
    /// for, and the kubelet leaves them out without a word: so the end of the file is looked at first, as far back as the position.
    /// </summary>
    public static async Task<PositionFound> LocateAsync(
        UpstreamPool pool, ContainerKey key, ResumePoint point, bool previous, SeenLine? glimpsed, CancellationToken cancellationToken)
    {
        var request = new PodLogRequest(key.Namespace, key.Pod, key.Container) { Previous = previous };
        Scan scan = default;
        for (int? tail = 2 * ResumePoint.LeastLines; !scan.IsFound; tail = scan.Lines < tail || tail > MaxTail ? null : tail * TailGrowth)
        {
            scan = await ScanAsync(pool, request with { TailLines = tail }, point, glimpsed, cancellationToken);
            if (scan.Failure is not null || (tail is null && !scan.IsFound))
            {
                return new PositionFound(null, scan.Failure, tail is null && (glimpsed is null || scan.HoldsGlimpsed) ? scan.First : null);
            }
        }

        return scan.HidesLines ? (await RunAsync(pool, key, point, since: null, previous, cancellationToken)) with { IsWhole = true }
            : point.Covers ? new PositionFound(Replay.Of(point))
            : await RunAsync(pool, key, point, point.Since, previous, cancellationToken);
    }

    /// <param name="since">The file is read from here; null: from its beginning.</param>
    public static async Task<PositionFound> RunAsync(
        UpstreamPool pool, ContainerKey key, ResumePoint point, long? since, bool previous, CancellationToken cancellationToken)
    {
        var request = new PodLogRequest(key.Namespace, key.Pod, key.Container) { Previous = previous, SinceTime = since };
        Scan scan = await ScanAsync(pool, request, point, null, cancellationToken);
        return new PositionFound(scan is { IsFound: true, Failure: null } ? Replay.OfCount(scan.Position, scan.First!.Value) : null, scan.Failure);
    }

    /// <summary>Reads until the position or the file's last line was seen.</summary>
    private static async Task<Scan> ScanAsync(
        UpstreamPool pool, PodLogRequest request, ResumePoint point, SeenLine? glimpsed, CancellationToken cancellationToken)
    {
        int empty = 0;
        Scan scan = default;
        int most = request.TailLines is null ? MaxAttempts : MaxTailAttempts;
        for (int attempt = 0; attempt < most && empty < 2; attempt++)
        {
            SeenLine? last = null;
            await pool.Opens.TakeAsync(cancellationToken);
            PodLogFailure? failure = await LineScan.RunAsync(
                pool.Client, request with { TailLines = 1, SinceTime = null }, 0, (time, hash) => last = new SeenLine(time, hash), cancellationToken);
            if (failure is not null)
            {
                return new Scan { Failure = failure };
            }

            var search = new AnchorSearch(point, request.SinceTime);
            scan = default;
            bool complete = last is { } line && line.Time < request.SinceTime;
            await pool.Opens.TakeAsync(cancellationToken);
            failure = await LineScan.RunAsync(pool.Client, request, point.Time, Look, cancellationToken);
            if (failure is not null)
            {
                return scan with { Failure = failure };
            }

            // Of a tail what follows the position counts too: it must have been seen to its end.
            if (complete || (scan.IsFound && request.TailLines is null))
            {
                return scan;
            }

            empty += last is null && scan.First is null ? 1 : 0;

            void Look(long time, ulong hash)
            {
                var seen = new SeenLine(time, hash);
                complete |= seen == last;
                search.Add(time, hash);
                scan = scan with
                {
                    First = scan.First ?? seen,
                    Lines = scan.Lines + 1,
                    Position = search.Position ?? 0,
                    HoldsGlimpsed = scan.HoldsGlimpsed || seen == glimpsed,
                    HidesLines = scan.HidesLines || (scan.IsFound && time < point.Since),
                };
            }
        }

        return scan;
    }

    /// <summary>What one read of a file showed.</summary>
    private readonly record struct Scan
    {
        public PodLogFailure? Failure { get; init; }

        public SeenLine? First { get; init; }

        public long Lines { get; init; }

        /// <summary>Lines up to and including the position; 0 while it was not seen.</summary>
        public long Position { get; init; }

        public bool IsFound => Position > 0;

        public bool HoldsGlimpsed { get; init; }

        /// <summary>Lines after the position have earlier times than a resume asks for.</summary>
        public bool HidesLines { get; init; }
    }
}
