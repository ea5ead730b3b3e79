using System.Globalization;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>What the programs of the recorded cluster (_demo-workloads.yaml) write.</summary>
internal static class DemoOutput
{
    public const string WebPod = "web-65ff99586d-8tjgs";

    private static readonly DateTimeOffset WebStart = new(2026, 11, 23, 12, 58, 48, 500, TimeSpan.Zero);

    /// <summary>Lines of the pod web, from its first to the one numbered <paramref name="last"/>, about a second apart.</summary>
    public static IEnumerable<LogLine> Web(int last) => Enumerable.Range(1, last).SelectMany(WebLines);

    /// <summary>Longer than the stream's own records: a hundred lines a second after a burst of 20,000.</summary>
    public static IEnumerable<LogLine> Chatty(int first, int last) => Enumerable.Range(first, last - first + 1)
        .Select(n => new LogLine(string.Create(CultureInfo.InvariantCulture, $"chatty {(n > 20_000 ? "steady" : "burst")} line {n}\n")));

    /// <summary>The lines that come after <paramref name="line"/> in the output it is from.</summary>
    public static IEnumerable<LogLine> After(LogLine line, IReadOnlyCollection<string> seen)
    {
        int n = line.Number;
        return line.Text.StartsWith("chatty", StringComparison.Ordinal) ? Chatty(n + 1, n + 10_000)
            : line.Text.StartsWith("err", StringComparison.Ordinal) ? Numbers(n + 1).Select(i => new LogLine($"err {i}\n", line.Time + ((i - n) * LogTime.Second)))
            : Numbers(n).SelectMany(WebLines).Where(next => !seen.Contains(next.Text)).Select(next => next with { Time = line.Time + ((next.Number - n) * LogTime.Second) });
    }

    private static IEnumerable<int> Numbers(int first) => Enumerable.Range(first, 1000);

    private static IEnumerable<LogLine> WebLines(int n)
    {
        long time = LogTime.From(WebStart + (n * TimeSpan.FromMilliseconds(1008.5)));
        yield return n % 2 == 1
            ? new LogLine($"plain line {n} from {WebPod}\n", time)
            : new LogLine($$"""{"level":"info","msg":"request served","pod":"{{WebPod}}","n":{{n}}}""" + "\n", time);
        if (n % 10 == 0)
        {
            yield return new LogLine($"ERROR sample error {n}\n", time + 200_000);
        }
    }
}
