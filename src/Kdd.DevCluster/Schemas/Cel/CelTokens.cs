using System.Globalization;
using System.Text;

namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>A token: an operator or identifier by its text, or a literal by its value.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position);

internal enum CelTokenKind
{
    Operator,
    Identifier,
    Literal,
    End,
}

/// <summary>Splits CEL source into tokens.</summary>
internal static class CelTokens
{
    private static readonly string[] Operators =
        ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]"];

    /// <exception cref="CelException">A character that CEL does not know.</exception>
    public static List<CelToken> Read(string source)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (at < source.Length)
        {
            var c = source[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c is '\'' or '"')
            {
                tokens.Add(ReadString(source, ref at));
            }
            else if (char.IsAsciiDigit(c))
            {
                tokens.Add(ReadNumber(source, ref at));
            }
            else if (char.IsAsciiLetter(c) || c == '_')
            {
                tokens.Add(ReadWord(source, ref at));
            }
            else
            {
                var start = at;
                var op = Operators.FirstOrDefault(o => string.CompareOrdinal(source, start, o, 0, o.Length) == 0)
                    ?? throw new CelException($"Syntax error: unexpected character '{c}' at {at}");
                tokens.Add(new CelToken(CelTokenKind.Operator, op, null, at));
                at += op.Length;
            }
        }

        tokens.Add(new CelToken(CelTokenKind.End, "", null, at));
        return tokens;
    }

    private static CelToken ReadString(string source, ref int at)
    {
        var (start, quote) = (at, source[at]);
        var text = new StringBuilder();
        for (at++; at < source.Length && source[at] != quote; at++)
        {
            if (source[at] != '\\' || at + 1 >= source.Length)
            {
                text.Append(source[at]);
                continue;
            }

            text.Append(source[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }

        if (at >= source.Length)
        {
            throw new CelException($"Syntax error: unterminated string at {start}");
        }

        at++;
        return new CelToken(CelTokenKind.Literal, "", text.ToString(), start);
    }

    private static CelToken ReadNumber(string source, ref int at)
    {
        var start = at;
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || source[at] == '.'))
        {
            at++;
        }

        var text = source[start..at];
        if (at < source.Length && source[at] is 'u')
        {
            at++;
        }

        object value = text.Contains('.', StringComparison.Ordinal)
            ? (object)double.Parse(text, CultureInfo.InvariantCulture) // cast, or the whole number would become a double too
            : long.TryParse(text, CultureInfo.InvariantCulture, out var l) ? l : throw new CelException($"Syntax error: number {text} at {start}");
        return new CelToken(CelTokenKind.Literal, text, value, start);
    }

    private static CelToken ReadWord(string source, ref int at)
    {
        var start = at;
        while (at < source.Length && (char.IsAsciiLetterOrDigit(source[at]) || source[at] == '_'))
        {
            at++;
        }

        var word = source[start..at];
        return word switch
        {
            "true" => new CelToken(CelTokenKind.Literal, word, true, start),
            "false" => new CelToken(CelTokenKind.Literal, word, false, start),
            "null" => new CelToken(CelTokenKind.Literal, word, null, start),
            "in" => new CelToken(CelTokenKind.Operator, word, null, start),
            _ => new CelToken(CelTokenKind.Identifier, word, null, start),
        };
    }
}
