using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using Kdd.Api.Wire;

namespace Kdd.Operator.Streaming;

/// <summary>The words that programs use for levels.</summary>
internal static class LevelNames
{
    /// <summary>The bit of lower case for up to 16 characters, then none.</summary>
    private static ReadOnlySpan<byte> LowerCase => "                \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"u8;

    /// <summary>Longest of them.</summary>
    public const int MaxLength = 11;

    private static readonly FrozenDictionary<UInt128, LineLevel> Levels = new Dictionary<string, LineLevel>
    {
        ["trace"] = LineLevel.Trace,
        ["trc"] = LineLevel.Trace,
        ["trce"] = LineLevel.Trace,
        ["finest"] = LineLevel.Trace,
        ["verbose"] = LineLevel.Trace,
        ["debug"] = LineLevel.Debug,
        ["dbg"] = LineLevel.Debug,
        ["dbug"] = LineLevel.Debug,
        ["fine"] = LineLevel.Debug,
        ["finer"] = LineLevel.Debug,
        ["debug1"] = LineLevel.Debug,
        ["debug2"] = LineLevel.Debug,
        ["debug3"] = LineLevel.Debug,
        ["debug4"] = LineLevel.Debug,
        ["debug5"] = LineLevel.Debug,
        ["info"] = LineLevel.Info,
        ["inf"] = LineLevel.Info,
        ["information"] = LineLevel.Info,
        ["notice"] = LineLevel.Info,
        ["log"] = LineLevel.Info,
        ["warn"] = LineLevel.Warn,
        ["wrn"] = LineLevel.Warn,
        ["warning"] = LineLevel.Warn,
        ["error"] = LineLevel.Error,
        ["err"] = LineLevel.Error,
        ["eror"] = LineLevel.Error,
        ["fail"] = LineLevel.Error,
        ["severe"] = LineLevel.Error,
        ["fatal"] = LineLevel.Fatal,
        ["ftl"] = LineLevel.Fatal,
        ["crit"] = LineLevel.Fatal,
        ["critical"] = LineLevel.Fatal,
        ["panic"] = LineLevel.Fatal,
        ["dpanic"] = LineLevel.Fatal,
        ["emerg"] = LineLevel.Fatal,
        ["emergency"] = LineLevel.Fatal,
        ["alert"] = LineLevel.Fatal,
    }.ToFrozenDictionary(name => KeyOf(Encoding.ASCII.GetBytes(name.Key)), name => name.Value);

    /// <summary>The letters that names begin with, as bits from <c>a</c>: most words are told apart by their first.</summary>
    private static readonly uint FirstLetters = Levels.Keys.Aggregate(0u, (letters, key) => letters | 1u << ((byte)key - 'a'));

    /// <summary>Without regard to case; Unknown for any other word.</summary>
    public static LineLevel Parse(ReadOnlySpan<byte> word)
        => word.Length is >= 3 and <= MaxLength && IsFirstLetter(word[0]) && Levels.TryGetValue(KeyOf(word), out LineLevel level) ? level : LineLevel.Unknown;

    private static bool IsFirstLetter(byte character)
    {
        int letter = (character | 0x20) - 'a';
        return (uint)letter < 26 && (FirstLetters >> letter & 1) != 0;
    }

    /// <summary>The word in lower case as one number, its first letter lowest. A control character may pass for a digit there: no harm done.</summary>
    private static UInt128 KeyOf(ReadOnlySpan<byte> word)
    {
        Span<byte> key = stackalloc byte[16];
        key.Clear();
        word.CopyTo(key);
        return BinaryPrimitives.ReadUInt128LittleEndian(key) | BinaryPrimitives.ReadUInt128LittleEndian(LowerCase[(16 - word.Length)..]);
    }

    /// <summary>A value of a level field: a word, one letter (zap, MongoDB) or a number (pino and bunyan 10 to 60; syslog 0 to 7).</summary>
    public static LineLevel ParseValue(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0)
        {
            return LineLevel.Unknown;
        }

        if (char.IsAsciiDigit((char)value[0]))
        {
            return System.Buffers.Text.Utf8Parser.TryParse(value, out int number, out int used) && used == value.Length ? OfNumber(number) : LineLevel.Unknown;
        }

        if (value.Length == 1 || (value.Length == 2 && value[0] == 'D' && char.IsAsciiDigit((char)value[1])))
        {
            return (value[0] | 0x20) switch
            {
                't' => LineLevel.Trace,
                'd' => LineLevel.Debug,
                'i' => LineLevel.Info,
                'w' => LineLevel.Warn,
                'e' => LineLevel.Error,
                'f' or 'c' => LineLevel.Fatal,
                _ => LineLevel.Unknown,
            };
        }

        return Parse(value);
    }

    private static LineLevel OfNumber(int number) => number switch
    {
        10 => LineLevel.Trace,
        20 => LineLevel.Debug,
        30 => LineLevel.Info,
        40 => LineLevel.Warn,
        50 => LineLevel.Error,
        60 => LineLevel.Fatal,
        0 or 1 or 2 => LineLevel.Fatal,
        3 => LineLevel.Error,
        4 => LineLevel.Warn,
        5 or 6 => LineLevel.Info,
        7 => LineLevel.Debug,
        _ => LineLevel.Unknown,
    };
}
