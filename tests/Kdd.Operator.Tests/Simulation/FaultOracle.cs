using Kdd.Api.Wire;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>
/// The promise, held against the plain list of what each container wrote: every line once and in order, and where lines are
/// missing a gap in that place, or with that time, says so.
/// </summary>
internal static class FaultOracle
{
    /// <param name="pod">Its name.</param>
    /// <param name="written">Every line in file order, all instances.</param>
    /// <param name="shown">What the client showed, of all pods.</param>
    /// <param name="mayMissHead">A tail left earlier lines out.</param>
    /// <param name="mayRepeat">Clocks step back while owners change: there the client keeps a repeat rather than lose a line.</param>
    public static void CheckPod(string pod, IReadOnlyList<FileLine> written, IReadOnlyList<SseEvent> shown, bool mayMissHead, bool mayRepeat)
    {
        Dictionary<string, int> places = [];
        foreach (FileLine line in written)
        {
            places.Add(System.Text.Encoding.UTF8.GetString(line.Message), places.Count);
        }

        var gaps = shown.Where(received => received.Name == StreamEvents.Gap && IsOf(received, pod)).ToArray();
        int first = -1;
        HashSet<int> came = [];
        int next = 0;
        int gapsBefore = 0;
        int gapsHere = 0;
        foreach (SseEvent received in shown.Where(received => IsOf(received, pod)))
        {
            if (received.Name == StreamEvents.Gap)
            {
                gapsHere++;
                continue;
            }

            if (received.Name != StreamEvents.Log)
            {
                continue;
            }

            int place = places[received.Text("message")];
            first = first < 0 ? place : first;
            if (mayMissHead && place < first)
            {
                // Left out by the tail, sent again by a new owner, and stamped later than the first line that was shown.
                continue;
            }

            if (!came.Add(place) && mayRepeat)
            {
                continue;
            }

            if (place < next)
            {
                throw new InvalidOperationException($"{pod}: line {place} came twice or out of order, after line {next - 1} of {written.Count}");
            }

            if (place > next && gapsHere == gapsBefore && !(next == 0 && mayMissHead))
            {
                CheckDeclared(pod, written, next, place, gaps);
            }

            next = place + 1;
            gapsBefore = gapsHere;
        }

        if (next < written.Count && gapsHere == gapsBefore && !(next == 0 && mayMissHead))
        {
            CheckDeclared(pod, written, next, written.Count, gaps);
        }
    }

    /// <summary>Every source: what arrived was kept, was filtered or waits for its place.</summary>
    public static void CheckAccounts(Session session)
    {
        foreach (SourceAccount account in session.Accounts())
        {
            if (!account.Balances)
            {
                throw new InvalidOperationException($"the account does not balance: {account}");
            }
        }

        SessionLineCounts counts = session.Snapshot().Lines;
        if (counts.Received != counts.Kept + counts.Filtered + counts.Dropped)
        {
            throw new InvalidOperationException($"the session's counts do not balance: {counts}");
        }
    }

    /// <summary>Ids of one epoch count up by one, and fit.</summary>
    public static void CheckIds(IReadOnlyList<SseEvent> received)
    {
        (ulong Epoch, long Sequence) last = default;
        foreach (SseEvent item in received.Where(item => item.Id is not null))
        {
            StreamCursor cursor = item.Cursor;
            if ((cursor.Epoch == last.Epoch && cursor.Sequence != last.Sequence + 1) || item.Id!.Length > StreamCursor.MaxLength)
            {
                throw new InvalidOperationException($"id {item.Id} after sequence {last.Sequence}");
            }

            last = (cursor.Epoch, cursor.Sequence);
        }
    }

    private static bool IsOf(SseEvent received, string pod)
        => received.Data.TryGetProperty("pod", out System.Text.Json.JsonElement name) ? name.GetString() == pod : received.Name == StreamEvents.Gap;

    private static void CheckDeclared(string pod, IReadOnlyList<FileLine> written, int first, int end, IEnumerable<SseEvent> gaps)
    {
        long from = written.Skip(first).Take(end - first).Min(line => line.Time);
        long to = written.Skip(first).Take(end - first).Max(line => line.Time);
        if (!gaps.Any(gap => Time(gap, "from") <= to && Time(gap, "to") >= from))
        {
            throw new InvalidOperationException($"{pod}: lines {first} to {end - 1} of {written.Count} are lost and no gap says so there");
        }
    }

    private static long Time(SseEvent gap, string property) => gap.Data.GetProperty(property).GetString() is not { } text ? 0
            : UnixNanoseconds.TryParse(text, out long time) ? time : throw new FormatException(property);
}
