using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Selectors;

/// <summary>apimachinery's labels.Parse.</summary>
internal sealed class LabelSelectorParser
{
    private readonly List<string> _tokens;
    private int _at;

    private LabelSelectorParser(string text) => _tokens = Split(text);

    private string Current => _at < _tokens.Count ? _tokens[_at] : "";

    /// <exception cref="ApiException">400, worded as apimachinery words it.</exception>
    public static List<LabelSelector.Requirement> Parse(string text)
    {
        var parser = new LabelSelectorParser(text);
        var requirements = new List<LabelSelector.Requirement>();
        while (true)
        {
            requirements.Add(parser.ReadRequirement());
            if (parser.Current.Length == 0)
            {
                return requirements;
            }

            if (parser.Current != ",")
            {
                throw Errors.BadRequest($"found '{parser.Current}', expected: ',' or 'end of string'");
            }

            parser._at++;
        }
    }

    private LabelSelector.Requirement ReadRequirement()
    {
        if (Current == "!")
        {
            _at++;
            return new LabelSelector.Requirement(ReadKey(), "DoesNotExist", []);
        }

        var key = ReadKey();
        switch (Current)
        {
            case "" or ",":
                return new LabelSelector.Requirement(key, "Exists", []);
            case "=" or "==":
                _at++;
                return new LabelSelector.Requirement(key, "In", [ReadValue()]);
            case "!=":
                _at++;
                return new LabelSelector.Requirement(key, "NotIn", [ReadValue()]);
            case ">" or "<":
                var op = _tokens[_at++] == ">" ? "Gt" : "Lt";
                return new LabelSelector.Requirement(key, op, [ReadValue()]);
            case "in" or "notin":
                var set = _tokens[_at++] == "in" ? "In" : "NotIn";
                return new LabelSelector.Requirement(key, set, ReadSet());
            default:
                throw Errors.BadRequest($"unable to parse requirement: found '{Current}', expected: in, notin, =, ==, !=, gt, lt");
        }
    }

    private string ReadKey()
    {
        var key = Current;
        if (key.Length == 0 || IsSpecial(key[0]))
        {
            throw Errors.BadRequest($"unable to parse requirement: found '{key}', expected: !, identifier, or 'end of string'");
        }

        if (!Names.IsQualifiedName(key))
        {
            throw Errors.BadRequest($"unable to parse requirement: <nil>: Invalid value: \"{key}\": {Names.QualifiedNameRule}");
        }

        _at++;
        return key;
    }

    private string ReadValue()
    {
        if (Current.Length == 0 || Current == ",")
        {
            return "";
        }

        if (IsSpecial(Current[0]))
        {
            throw Errors.BadRequest($"unable to parse requirement: found '{Current}', expected: identifier");
        }

        return _tokens[_at++];
    }

    private List<string> ReadSet()
    {
        if (Current != "(")
        {
            throw Errors.BadRequest($"unable to parse requirement: found '{Current}', expected: '('");
        }

        _at++;
        var values = new List<string>();
        while (Current != ")")
        {
            values.Add(ReadValue());
            if (Current == ",")
            {
                _at++;
            }
            else if (Current != ")")
            {
                throw Errors.BadRequest($"unable to parse requirement: found '{Current}', expected: ',' or ')'");
            }
        }

        _at++;
        return values;
    }

    private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private static List<string> Split(string text)
    {
        var tokens = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            if (IsSpecial(text[at]))
            {
                at += (text[at] is '=' or '!') && at + 1 < text.Length && text[at + 1] == '=' ? 2 : 1;
            }
            else
            {
                while (at < text.Length && !IsSpecial(text[at]) && !char.IsWhiteSpace(text[at]))
                {
                    at++;
                }
            }

            tokens.Add(text[start..at]);
        }

        return tokens;
    }
}
