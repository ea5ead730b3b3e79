using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Tests.Transcripts.Commands;

/// <summary>What a recorded command asked the server for and printed, in a form that differs neither by run nor by version of kubectl.</summary>
internal sealed partial class RecordedCommand(TranscriptCase transcript)
{
    // What kubectl looks up where its cache does not spare it: that differs by version.
    private static readonly string[] Discovery = ["/api", "/apis", "/openapi/v2", "/openapi/v3", "/api/v1", "/api/v1/namespaces/t1", "/version"];

    public string Name => transcript.Name;

    public string Line => (string)transcript.Json["command"]!;

    /// <summary>It went on until the recorder stopped it.</summary>
    public bool IsEndless => Line.EndsWith(" -w", StringComparison.Ordinal) || Line.Contains(" --prefix -f ", StringComparison.Ordinal);

    private bool IsLogs => Line.StartsWith("kubectl logs", StringComparison.Ordinal);

    /// <summary>Lines to wait for before it is stopped: of logs the tails of the demo's three pods, which write no more.</summary>
    public int LineCount => IsLogs ? 6 : Lines((string)transcript.Json["stdout"]!).Count;

    /// <summary>What differs; a command without an exit code was stopped.</summary>
    public IEnumerable<string> Compare(int? exit, string output, string errors, IEnumerable<string> requests)
    {
        int expected = (int)transcript.Json["exit"]!;
        if (!IsEndless && exit != expected)
        {
            yield return $"exit {exit}, recorded {expected}: {errors}";
        }

        var (recorded, ours) = (Requests(transcript.Json["requests"]!.AsArray().Select(r => $"{r!["verb"]} {r["path"]} {((string)r["status"]!)[..3]}")), Requests(requests));
        if (!recorded.SequenceEqual(ours))
        {
            yield return $"requests {string.Join(" | ", ours)}, recorded {string.Join(" | ", recorded)}";
        }

        var (lines, printed) = (Lines((string)transcript.Json["stdout"]!), Lines(output));
        // Of several pods' logs the order is nobody's, and pods differ in how far they came: lines of the recorded kinds, and as many.
        bool alike = IsLogs ? (IsEndless || printed.Count == lines.Count) && !printed.Except(lines).Any()
            : Line.Contains("--list", StringComparison.Ordinal) ? lines.Order(StringComparer.Ordinal).SequenceEqual(printed.Order(StringComparer.Ordinal))
            : lines.SequenceEqual(printed);
        if (!alike)
        {
            yield return $"output\n{string.Join("\n", printed)}\nrecorded\n{string.Join("\n", lines)}";
        }

        foreach (string message in transcript.Json["messages"]!.AsArray().Select(m => Plain((string)m!)).Where(m => !Lines(errors).Contains(m)))
        {
            yield return $"no message {message}, but {errors}";
        }
    }

    private static List<string> Requests(IEnumerable<string> requests)
    {
        var comparable = requests
            .Where(r => !Discovery.Contains(r.Split(' ')[1].Split('?')[0]) && !r.Contains("/openapi/v3/", StringComparison.Ordinal))
            .Select(r => PodName().Replace(Version().Replace(r, "$1="), "$1-<pod>"))
            .Select(r => Fields().Replace(r, m => string.Join("%2C", m.Value.Split("%2C").Order(StringComparer.Ordinal))))
            .Select(r => WatchedName().Match(r) is { Success: true } m && m.Groups[3].Value.Contains("watch=true", StringComparison.Ordinal) ? $"WATCH {m.Groups[1].Value} {m.Groups[2].Value}" : r)
            .ToList();
        if (comparable.Exists(r => r.StartsWith("WATCH", StringComparison.Ordinal)))
        {
            // Before it watches an object, one version of kubectl gets it, another lists it.
            comparable.RemoveAll(r => r.StartsWith("GET", StringComparison.Ordinal));
        }

        if (comparable.Exists(r => r.Contains("/log?", StringComparison.Ordinal)))
        {
            // Logs of several containers are asked for side by side; of one list of pods, or of one for each.
            comparable = [.. comparable.Distinct().Order(StringComparer.Ordinal)];
        }

        return comparable;
    }

    private static List<string> Lines(string text) => [.. text.Split('\n').Select(Plain)
        .Where(line => line.Length > 0 && !line.StartsWith("Extra: ", StringComparison.Ordinal))];

    private static string Plain(string line)
    {
        line = Spaces().Replace(line.TrimEnd(), " ");
        line = Drawn().Replace(line, "<drawn>");
        line = PodName().Replace(line, "$1-<pod>");
        line = Age().Replace(line, "<age>");
        // The newer one says from where it deleted.
        return Counter().Replace(line, "$1<n>").Replace(" from t1 namespace", "", StringComparison.Ordinal);
    }

    [GeneratedRegex("(resourceVersion|uid)(=|%3D)[-0-9a-f]+")]
    private static partial Regex Version();

    // kubectl orders the terms of a field selector at random.
    [GeneratedRegex("(?<=fieldSelector=)[^&]+")]
    private static partial Regex Fields();

    [GeneratedRegex("^GET ([^?]+)[?](?:[^ ]*&)?fieldSelector=metadata.name%3D([^&]+)(.*) 200$")]
    private static partial Regex WatchedName();

    [GeneratedRegex("\\b(web|crash|db|agent|chatty)-[456789bcdf]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b")]
    private static partial Regex PodName();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z| [+]0000)|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|/tmp/(LIVE|MERGED)-[0-9]+|(?<=resourceVersion: \")[0-9]+|(?<=Resource Version: )[0-9]+")]
    private static partial Regex Drawn();

    [GeneratedRegex("(?<=^|[ (])([0-9]+[smhd])+(?=$|[ )])")]
    private static partial Regex Age();

    // The demo's programs count.
    [GeneratedRegex("(plain line |\"n\":|sample error |side )[0-9]+")]
    private static partial Regex Counter();
}
