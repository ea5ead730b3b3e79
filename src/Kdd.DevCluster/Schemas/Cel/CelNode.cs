namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>A parsed CEL expression.</summary>
internal abstract record CelNode
{
    public sealed record Literal(object? Value) : CelNode;

    public sealed record Identifier(string Name) : CelNode;

    public sealed record Member(CelNode Target, string Name) : CelNode;

    public sealed record Index(CelNode Target, CelNode Key) : CelNode;

    /// <param name="Target">Receiver; null for a global function.</param>
    public sealed record Call(CelNode? Target, string Function, IReadOnlyList<CelNode> Arguments) : CelNode;

    public sealed record ListLiteral(IReadOnlyList<CelNode> Items) : CelNode;

    public sealed record Unary(string Operator, CelNode Operand) : CelNode;

    public sealed record Binary(string Operator, CelNode Left, CelNode Right) : CelNode;

    public sealed record Conditional(CelNode Condition, CelNode Then, CelNode Else) : CelNode;
}
