using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>
/// Reads a line's level from its text: JSON fields, logfmt, klog, bracketed and bare words. Looks at the first
/// <see cref="Examined"/> bytes; a word further in is prose.
/// </summary>
internal static partial class LevelDetector
{
    private const int Examined = 400;

    public static LineLevel Detect(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> line = message[..Math.Min(message.Length, Examined)];
        line = line.TrimStart(" \t"u8);
        if (line.IsEmpty)
        {
            return LineLevel.Unknown;
        }

        if (line[0] == '{')
        {
            return FromFields(line, json: true);
        }

        if (IsKlog(line))
        {
            return line[0] switch { (byte)'I' => LineLevel.Info, (byte)'W' => LineLevel.Warn, (byte)'E' => LineLevel.Error, _ => LineLevel.Fatal };
        }

        LineLevel level = FromFields(line, json: false);
        return level != LineLevel.Unknown ? level : FromWords(line);
    }

    /// <summary>A stack frame or an indented line: belongs to the line before it and takes its level.</summary>
    public static bool IsContinuation(ReadOnlySpan<byte> message)
        => message.IsEmpty || message[0] is (byte)' ' or (byte)'\t' or (byte)'}' or (byte)']'
            || message.StartsWith("at "u8) || message.StartsWith("Caused by:"u8) || message.StartsWith("Traceback "u8)
            || message.StartsWith("... "u8) || message.StartsWith("goroutine "u8) || message.StartsWith("--- End of "u8)
            || message.StartsWith("during handling of"u8);

    /// <summary><c>E1123 13:01:45.173661       1 reflector.go:150] …</c></summary>
    private static bool IsKlog(ReadOnlySpan<byte> line)
        => line.Length > 21 && line[0] is (byte)'I' or (byte)'W' or (byte)'E' or (byte)'F' && line.Length > 21
            && char.IsAsciiDigit((char)line[1]) && char.IsAsciiDigit((char)line[2]) && char.IsAsciiDigit((char)line[3])
            && char.IsAsciiDigit((char)line[4]) && line[5] == ' ' && line[8] == ':' && line[11] == ':';
}
