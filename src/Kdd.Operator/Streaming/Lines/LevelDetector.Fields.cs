using System.Buffers;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

internal static partial class LevelDetector
{

    private static readonly SearchValues<byte> ValueEnd = SearchValues.Create("\", \t}\r]"u8);

    /// <summary>JSON (<c>"level":"error"</c>) and logfmt (<c>level=error</c>).</summary>
    private static LineLevel FromFields(ReadOnlySpan<byte> line, bool json)
    {
        byte mark = (byte)(json ? ':' : '=');
        for (int at = 0; at < line.Length;)
        {
            int next = line[at..].IndexOf(mark);
            if (next < 0)
            {
                break;
            }

            at += next;
            ReadOnlySpan<byte> name = NameBefore(line[..at], json);
            at++;
            if (!IsLevelName(name))
            {
                continue;
            }

            ReadOnlySpan<byte> value = line[at..].TrimStart(" \""u8);
            int end = value.IndexOfAny(ValueEnd);
            LineLevel level = LevelNames.ParseValue(end < 0 ? value : value[..end]);
            if (level != LineLevel.Unknown)
            {
                return level;
            }
        }

        return LineLevel.Unknown;
    }

    private static ReadOnlySpan<byte> NameBefore(ReadOnlySpan<byte> line, bool json)
    {
        line = json ? line.TrimEnd(" "u8) : line;
        if (json)
        {
            line = line.Length > 0 && line[^1] == '"' ? line[..^1] : default;
        }

        int start = line.Length;
        while (start > 0 && line.Length - start < 16 && (char.IsAsciiLetterOrDigit((char)line[start - 1]) || line[start - 1] is (byte)'_' or (byte)'@' or (byte)'.'))
        {
            start--;
        }

        bool bounded = start == 0 || line[start - 1] is (byte)' ' or (byte)'"' or (byte)'\t' or (byte)'{' or (byte)',';
        return bounded ? line[start..] : default;
    }

    private static bool IsLevelName(ReadOnlySpan<byte> name) => name.Length switch
    {
        1 => name[0] is (byte)'s' or (byte)'L',
        2 => name.SequenceEqual("@l"u8),
        3 => Is(name, "lvl"u8),
        5 => Is(name, "level"u8),
        6 => name.SequenceEqual("@level"u8),
        8 => Is(name, "severity"u8) || Is(name, "loglevel"u8) || Is(name, "priority"u8),
        9 => Is(name, "log_level"u8) || Is(name, "log.level"u8) || Is(name, "levelname"u8),
        12 => Is(name, "severitytext"u8),
        13 => Is(name, "severity_text"u8),
        _ => false,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => System.Text.Ascii.EqualsIgnoreCase(name, lower);
}
