namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>An expression that cannot be parsed, uses what is not supported, or fails to evaluate.</summary>
internal sealed class CelException(string message) : Exception(message);

/// <summary>Parses CEL (cel-spec, langdef.md) by precedence; functions outside the supported set are refused by name.</summary>
internal sealed class CelParser
{
    private static readonly string[][] Levels =
        [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly List<CelToken> _tokens;
    private int _at;

    private CelParser(string source) => _tokens = CelTokens.Read(source);

    /// <exception cref="CelException">A syntax error, or a function that is not supported.</exception>
    public static CelNode Parse(string source)
    {
        var parser = new CelParser(source);
        var node = parser.Expression();
        return parser.Current.Kind == CelTokenKind.End ? node : throw parser.Unexpected();
    }

    private CelToken Current => _tokens[_at];

    private CelNode Expression()
    {
        var condition = Level(0);
        if (!Take("?"))
        {
            return condition;
        }

        var then = Expression();
        Expect(":");
        return new CelNode.Conditional(condition, then, Expression());
    }

    private CelNode Level(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Level(level + 1);
        while (Current.Kind == CelTokenKind.Operator && Levels[level].Contains(Current.Text))
        {
            var op = _tokens[_at++].Text;
            left = new CelNode.Binary(op, left, Level(level + 1));
        }

        return left;
    }

    private CelNode Unary() =>
        Take("!") ? new CelNode.Unary("!", Unary())
        : Take("-") ? new CelNode.Unary("-", Unary())
        : Postfix(Primary());

    private CelNode Postfix(CelNode node)
    {
        while (true)
        {
            if (Take("."))
            {
                var name = Identifier();
                node = Take("(") ? Checked(new CelNode.Call(node, name, Arguments(")"))) : new CelNode.Member(node, name);
            }
            else if (Take("["))
            {
                var key = Expression();
                Expect("]");
                node = new CelNode.Index(node, key);
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode Primary()
    {
        if (Current.Kind == CelTokenKind.Literal)
        {
            return new CelNode.Literal(_tokens[_at++].Value);
        }

        if (Take("("))
        {
            var inner = Expression();
            Expect(")");
            return inner;
        }

        if (Take("["))
        {
            return new CelNode.ListLiteral(Arguments("]"));
        }

        var name = Identifier();
        return Take("(") ? Checked(new CelNode.Call(null, name, Arguments(")"))) : new CelNode.Identifier(name);
    }

    private List<CelNode> Arguments(string end)
    {
        var arguments = new List<CelNode>();
        while (!Take(end))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
            }

            arguments.Add(Expression());
        }

        return arguments;
    }

    private static CelNode.Call Checked(CelNode.Call call) => CelFunctions.Supports(call)
        ? call
        : throw new CelException($"undeclared reference to '{call.Function}' (DevCluster supports: {CelFunctions.Supported})");

    private string Identifier() =>
        Current.Kind == CelTokenKind.Identifier ? _tokens[_at++].Text : throw Unexpected();

    private bool Take(string op)
    {
        if (Current.Kind != CelTokenKind.Operator || Current.Text != op)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string op)
    {
        if (!Take(op))
        {
            throw Unexpected();
        }
    }

    private CelException Unexpected() => new(Current.Kind == CelTokenKind.End
        ? "Syntax error: unexpected end of expression"
        : $"Syntax error: unexpected '{Current.Text}{Current.Value}' at {Current.Position}");
}
