using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>The log that an answer brought: what the container must have written, and what a reader must get.</summary>
internal sealed partial class RecordedLog
{
    // What a stream brings within its first 0.1 s was there before it; the recorder read no later than that.
    private const int BacklogMs = 100;

    public RecordedLog(TranscriptCase transcript)
    {
        Timestamps = transcript.Path.Contains("timestamps=true", StringComparison.Ordinal);
        if (transcript.Response["stream"] is JsonArray stream)
        {
            Lines = ReadStream(stream);
            BacklogCount = Math.Min(Lines.Count, TailLines(transcript.Path) ?? Lines.Count(line => line.AtMs < BacklogMs));
            Text = string.Concat(Lines.Select(line => line.Shown(Timestamps)));
            IsFollowed = true;
        }
        else if (transcript.Header("Content-Type") == "text/plain")
        {
            Text = LogLine.Bytes(transcript.Response["body"]);
            Lines = [.. LogLine.Split(Text).Select(line => LogLine.Parse(line, Timestamps))];
            // Cut by the recorder: a stream after all.
            IsFollowed = transcript.Response["curl"] is not null;
            BacklogCount = IsFollowed ? TailLines(transcript.Path) ?? Lines.Count : Lines.Count;
        }
    }

    public bool Timestamps { get; }

    /// <summary>Whether the answer was read as it came.</summary>
    public bool IsFollowed { get; }

    /// <summary>The lines that came; the middle of a long stream, which the recording leaves out, is filled in.</summary>
    public IReadOnlyList<LogLine> Lines { get; } = [];

    /// <summary>How many of <see cref="Lines"/> were written before the request.</summary>
    public int BacklogCount { get; }

    /// <summary>The bytes of the answer, as Latin-1. Of a long body the middle is a mark.</summary>
    public string Text { get; } = "";

    public IEnumerable<LogLine> Backlog => Lines.Take(BacklogCount);

    public IEnumerable<LogLine> Live => Lines.Skip(BacklogCount);

    /// <summary>Live lines, each when it was written, and what happened besides.</summary>
    public IEnumerable<(LogLine? Line, string? Event)> Timeline(JsonArray events)
    {
        var first = Live.FirstOrDefault();
        int Written(LogLine line) => line.Time is { } time && first?.Time is { } start
            ? Math.Min(line.AtMs, first.AtMs + (int)((time - start) / 1_000_000))
            : line.AtMs;
        return Live.Select(line => (At: Written(line), Line: (LogLine?)line, Event: (string?)null))
            .Concat(events.Select(e => (At: (int)e!["atMs"]!, Line: (LogLine?)null, Event: (string?)(string)e["what"]!)))
            .OrderBy(step => step.At).Select(step => (step.Line, step.Event));
    }

    /// <summary>What differs between a stream and what it should have brought; null for nothing.</summary>
    public static string? CompareStream(string ours, string expected) => ours == expected ? null : $"body {Head(ours)}, recorded {Head(expected)}";

    /// <summary>Whether these bytes are the recorded ones, <paramref name="length"/> in number.</summary>
    public string? Compare(string ours, int? length)
    {
        if (Cut().Match(Text) is { Success: true } cut)
        {
            string end = Text[(cut.Index + cut.Length)..];
            return ours.Length == length && ours.StartsWith(Text[..cut.Index], StringComparison.Ordinal) && ours.EndsWith(end, StringComparison.Ordinal)
                ? null
                : $"body of {ours.Length} bytes, recorded {length}: {Head(ours)}";
        }

        return Id().Replace(ours, "<id>") == Id().Replace(Text, "<id>") ? null : $"body {Head(ours)}, recorded {Head(Text)}";
    }

    private static int? TailLines(string path) => Tail().Match(path) is { Success: true } m ? int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private List<LogLine> ReadStream(JsonArray stream)
    {
        var lines = new List<LogLine>();
        foreach (var entry in stream)
        {
            if (entry is JsonObject line)
            {
                lines.Add(LogLine.Parse(LogLine.Bytes(line["line"]), Timestamps, (int)line["atMs"]!));
            }
            else if (Count().Match((string)entry!) is { Success: true } cut)
            {
                var last = lines[^1];
                var missing = DemoOutput.After(last, [.. lines.Select(l => l.Text)]).Take(int.Parse(cut.Groups[1].Value, CultureInfo.InvariantCulture));
                lines.AddRange(missing.Select(l => l with { AtMs = last.AtMs }).ToList());
            }
        }

        return lines;
    }

    private static string Head(string text) => text.Length > 400 ? text[..400] + "…" : text;

    [GeneratedRegex("[?&]tailLines=([0-9]+)")]
    private static partial Regex Tail();

    [GeneratedRegex("^<cut: ([0-9]+) lines>$")]
    private static partial Regex Count();

    [GeneratedRegex("\n<cut: [0-9]+ chars>\n")]
    private static partial Regex Cut();

    [GeneratedRegex("(?<=containerd://)[0-9a-f]{64}")]
    private static partial Regex Id();
}
