using System.Buffers;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

internal static partial class LevelDetector
{
    /// <summary>A bare word further in is part of a sentence.</summary>
    private const int WordsExamined = 160;

    private static readonly SearchValues<byte> LettersAndEscape = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\e"u8);

    private static LineLevel FromWords(ReadOnlySpan<byte> line)
    {
        if (FromSyslogPriority(line) is not LineLevel.Unknown and var priority)
        {
            return priority;
        }

        line = line[..Math.Min(line.Length, WordsExamined)];
        int words = 0;
        int at = 0;
        while (line[at..].IndexOfAny(LettersAndEscape) is >= 0 and var skipped)
        {
            at += skipped;
            if (line[at] == 0x1B)
            {
                at = Math.Min(SkipEscape(line, at), line.Length);
                continue;
            }

            int end = at + 1;
            while (end < line.Length && char.IsAsciiLetterOrDigit((char)line[end]))
            {
                end++;
            }

            LineLevel level = FromWord(line, at, end, words++ == 0);
            if (level != LineLevel.Unknown)
            {
                return level;
            }

            at = end;
        }

        return FromRedisMark(line);
    }

    private static LineLevel FromWord(ReadOnlySpan<byte> line, int start, int end, bool first)
    {
        ReadOnlySpan<byte> word = line[start..end];
        byte before = start == 0 ? (byte)' ' : line[start - 1];
        byte after = end == line.Length ? (byte)' ' : line[end];
        if (first && start == 0 && after == ':' && (word.EndsWith("Error"u8) || word.EndsWith("Exception"u8)))
        {
            return LineLevel.Error;
        }

        LineLevel level = LevelNames.Parse(word);
        if (level == LineLevel.Unknown)
        {
            return LineLevel.Unknown;
        }

        bool upper = word.IndexOfAnyInRange((byte)'a', (byte)'z') < 0;
        bool bracketed = before is (byte)'[' or (byte)'<' or (byte)'(' or (byte)':' or (byte)'|' && after is (byte)']' or (byte)'>' or (byte)')' or (byte)'|';
        bool column = before == '\t' && after == '\t';
        bool label = first && start == 0 && after == ':';

        // LOG is a level with a colon only (PostgreSQL); everywhere else it is a word.
        return (word.Length == 3 && (word[0] | 0x20) == 'l' && after != ':')
            || (before is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'/' or (byte)'=' or (byte)'"')
            || (after is (byte)'-' or (byte)'_' or (byte)'/' or (byte)'=' or (byte)'"')
                ? LineLevel.Unknown
                : upper || bracketed || column || label ? level : LineLevel.Unknown;
    }

    /// <summary><c>&lt;3&gt;</c> and <c>&lt;165&gt;1 …</c>: the priority's low three bits.</summary>
    private static LineLevel FromSyslogPriority(ReadOnlySpan<byte> line)
    {
        int end = line[0] == '<' ? line[..Math.Min(line.Length, 5)].IndexOf((byte)'>') : -1;
        return end > 1 && System.Buffers.Text.Utf8Parser.TryParse(line[1..end], out int number, out int used) && used == end - 1
            ? LevelNames.ParseValue([(byte)('0' + (number & 7))])
            : LineLevel.Unknown;
    }

    /// <summary><c>1:M 23 Nov 2026 13:01:45.173 # …</c>: a mark after the time.</summary>
    private static LineLevel FromRedisMark(ReadOnlySpan<byte> line)
    {
        int role = line.IndexOf((byte)':');
        if (role is < 1 or > 8 || role + 2 >= line.Length || line[role + 1] is not ((byte)'M' or (byte)'S' or (byte)'C' or (byte)'X') || line[role + 2] != ' '
            || line.Length < role + 30)
        {
            return LineLevel.Unknown;
        }

        ReadOnlySpan<byte> rest = line[(role + 3)..Math.Min(line.Length, role + 40)];
        return rest.IndexOf(" * "u8) > 0 ? LineLevel.Info
            : rest.IndexOf(" # "u8) > 0 ? LineLevel.Warn
            : rest.IndexOf(" - "u8) > 0 || rest.IndexOf(" . "u8) > 0 ? LineLevel.Debug
            : LineLevel.Unknown;
    }

    /// <summary>Past an ANSI escape sequence: its letters are no words.</summary>
    private static int SkipEscape(ReadOnlySpan<byte> line, int at)
    {
        at++;
        if (at < line.Length && line[at] == '[')
        {
            at++;
            while (at < line.Length && line[at] is < 0x40 or > 0x7E)
            {
                at++;
            }
        }

        return at + 1;
    }
}
