namespace Kdd.Operator.Streaming;

/// <summary>What a search for a position in a log file found.</summary>
/// <param name="Replay">Skips what was seen; null when the file does not hold the position.</param>
/// <param name="Failure">Why nothing can be said.</param>
internal readonly record struct PositionFound(Replay? Replay, PodLogFailure? Failure = null);

/// <summary>
/// Looks for a position in a log file with a finite read. A kubelet that stops ends a body as cleanly as the end of the file
/// does, so a position counts as absent only when the file's last line, asked for before, was seen.
/// </summary>
internal static class PositionSearch
{
    /// <summary>A file that outruns its own last line this often (rotations, lines split in two) is believed as it is.</summary>
    private const int MaxAttempts = 8;

    /// <param name="since">The file is read from here; null: from its beginning.</param>
    public static async Task<PositionFound> RunAsync(
        UpstreamPool pool, ContainerKey key, ResumePoint point, long? since, bool previous, CancellationToken cancellationToken)
    {
        int empty = 0;
        for (int attempt = 0; attempt < MaxAttempts && empty < 2; attempt++)
        {
            var request = new PodLogRequest(key.Namespace, key.Pod, key.Container) { Previous = previous };
            SeenLine? last = null;
            await pool.Opens.TakeAsync(cancellationToken);
            PodLogFailure? failure = await LineScan.RunAsync(
                pool.Client, request with { TailLines = 1 }, 0, (time, hash) => last = new SeenLine(time, hash), cancellationToken);
            if (failure is not null)
            {
                return new PositionFound(null, failure);
            }

            var search = new AnchorSearch(point, since);
            SeenLine? first = null;
            bool complete = last is { } line && line.Time < since;
            await pool.Opens.TakeAsync(cancellationToken);
            failure = await LineScan.RunAsync(
                pool.Client, request with { SinceTime = since }, point.Time, Look, cancellationToken);
            if (failure is not null)
            {
                return new PositionFound(null, failure);
            }

            if (search.Position is { } lines)
            {
                return new PositionFound(Replay.OfCount(lines, first!.Value));
            }

            if (complete)
            {
                return default;
            }

            empty += last is null && first is null ? 1 : 0;

            void Look(long time, ulong hash)
            {
                var seen = new SeenLine(time, hash);
                first ??= seen;
                complete |= seen == last;
                search.Add(time, hash);
            }
        }

        return default;
    }
}
