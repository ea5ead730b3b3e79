using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>One entry of x-kubernetes-validations.</summary>
internal sealed record ValidationRule
{
    private readonly CelNode _expression;

    /// <exception cref="CelException">The rule does not compile here.</exception>
    public ValidationRule(JsonObject rule)
    {
        Rule = rule.Str("rule") ?? "";
        Message = rule.Str("message");
        Reason = rule.Str("reason") ?? "FieldValueInvalid";
        FieldPath = rule.Str("fieldPath") ?? "";
        if (rule.ContainsKey("messageExpression"))
        {
            throw new CelException("messageExpression is not supported by DevCluster");
        }

        _expression = CelParser.Parse(Rule);
        UsesOldSelf = Mentions(_expression, "oldSelf");
    }

    public string Rule { get; }

    public string? Message { get; }

    public string Reason { get; }

    /// <summary>Path below the value that the error names, such as <c>.orderWindow</c>; "" for the value itself.</summary>
    public string FieldPath { get; }

    /// <summary>A transition rule: it speaks of updates only.</summary>
    public bool UsesOldSelf { get; }

    /// <summary>Null when the rule holds; else what is wrong.</summary>
    public string? Check(JsonNode? self, JsonNode? oldSelf)
    {
        try
        {
            var variables = new Dictionary<string, object?> { ["self"] = CelEvaluator.FromJson(self), ["oldSelf"] = CelEvaluator.FromJson(oldSelf) };
            return new CelEvaluator(variables).Evaluate(_expression) is true ? null : Message ?? $"failed rule: {Rule}";
        }
        catch (Exception e) when (e is CelException or OverflowException)
        {
            return $"{Message ?? $"failed rule: {Rule}"}: rule evaluation error: {e.Message}";
        }
    }

    private static bool Mentions(CelNode node, string name) => node switch
    {
        CelNode.Identifier id => id.Name == name,
        CelNode.Member m => Mentions(m.Target, name),
        CelNode.Index i => Mentions(i.Target, name) || Mentions(i.Key, name),
        CelNode.Call c => (c.Target is not null && Mentions(c.Target, name)) || c.Arguments.Any(a => Mentions(a, name)),
        CelNode.ListLiteral l => l.Items.Any(i => Mentions(i, name)),
        CelNode.Unary u => Mentions(u.Operand, name),
        CelNode.Binary b => Mentions(b.Left, name) || Mentions(b.Right, name),
        CelNode.Conditional c => Mentions(c.Condition, name) || Mentions(c.Then, name) || Mentions(c.Else, name),
        _ => false,
    };
}
