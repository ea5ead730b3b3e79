using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>A line as a container writes it.</summary>
/// <param name="Text">Its bytes as Latin-1, line end included where there is one.</param>
/// <param name="Time">Nanoseconds since the Unix epoch; null for the node's now.</param>
/// <param name="AtMs">When a recorded stream brought it.</param>
internal sealed partial record LogLine(string Text, long? Time = null, int AtMs = 0)
{
    /// <summary>Written to stderr: the recorded programs say so by their words.</summary>
    public bool IsError => Text.StartsWith("ERROR ", StringComparison.Ordinal) || Text.StartsWith("err ", StringComparison.Ordinal)
        || Text.StartsWith("panic:", StringComparison.Ordinal);

    /// <summary>What a reader gets.</summary>
    public string Shown(bool timestamps) => timestamps ? $"{Stamp(Time!.Value)} {Text}" : Text;

    /// <summary>The number that a line of the demo workloads carries; 0 for none.</summary>
    public int Number => int.TryParse(Digits().Match(Text) is { Success: true } m ? m.Groups[1].Value : "", CultureInfo.InvariantCulture, out int n) ? n : 0;

    /// <summary>Reads a line of an answer.</summary>
    public static LogLine Parse(string line, bool timestamps, int atMs = 0) =>
        timestamps && line.Length > LogTime.FormattedLength && LogTime.TryParse(Encoding.Latin1.GetBytes(line[..LogTime.FormattedLength]), out long time)
            ? new LogLine(line[(LogTime.FormattedLength + 1)..], time, atMs)
            : new LogLine(line, null, atMs);

    /// <summary>The bytes of a recorded text, line or object: the recorder parsed what was JSON.</summary>
    public static string Bytes(JsonNode? recorded) => recorded switch
    {
        JsonObject { Count: > 0 } view when view["base64"] is { } base64 => Encoding.Latin1.GetString(Convert.FromBase64String((string)base64!)),
        JsonObject line => line.ToJsonString() + "\n",
        { } text => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes((string)text!)),
        null => "",
    };

    public static IEnumerable<string> Split(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            yield return text[start..end];
            start = end;
        }
    }

    private static string Stamp(long time)
    {
        byte[] text = new byte[LogTime.FormattedLength];
        LogTime.Format(time, text);
        return Encoding.ASCII.GetString(text);
    }

    [GeneratedRegex("""(?:line |error |"n":|^t|^err |^out |^rot )([0-9]+)""")]
    private static partial Regex Digits();
}
