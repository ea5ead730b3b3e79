using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Schemas.Cel;

/// <summary>Evaluates an expression over JSON values.</summary>
/// <param name="variables">self, oldSelf and the variables of macros.</param>
internal sealed class CelEvaluator(IReadOnlyDictionary<string, object?> variables)
{
    /// <exception cref="CelException">A missing field, a wrong type, or an invalid argument.</exception>
    public object? Evaluate(CelNode node) => node switch
    {
        CelNode.Literal literal => literal.Value,
        CelNode.Identifier id => variables.TryGetValue(id.Name, out var value)
            ? value : throw new CelException($"undeclared reference to '{id.Name}'"),
        CelNode.Member member => Field(Evaluate(member.Target), member.Name),
        CelNode.Index index => Element(Evaluate(index.Target), Evaluate(index.Key)),
        CelNode.ListLiteral list => list.Items.Select(Evaluate).ToList(),
        CelNode.Conditional c => Truth(Evaluate(c.Condition)) ? Evaluate(c.Then) : Evaluate(c.Else),
        CelNode.Unary { Operator: "!" } not => !Truth(Evaluate(not.Operand)),
        CelNode.Unary minus => Evaluate(minus.Operand) switch
        {
            long l => (object)-l,
            double d => -d,
            _ => throw new CelException("no such overload: -_"),
        },
        CelNode.Binary { Operator: "&&" } and => Truth(Evaluate(and.Left)) && Truth(Evaluate(and.Right)),
        CelNode.Binary { Operator: "||" } or => Truth(Evaluate(or.Left)) || Truth(Evaluate(or.Right)),
        CelNode.Binary binary => CelOperators.Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right)),
        CelNode.Call { Function: "has", Target: null } has => Has(has.Arguments[0]),
        CelNode.Call { Function: "all" or "exists" or "exists_one" } macro => Macro(macro),
        CelNode.Call call => CelFunctions.Call(
            call.Function, call.Target is null ? null : Evaluate(call.Target), [.. call.Arguments.Select(Evaluate)]),
        _ => throw new CelException($"unsupported expression {node.GetType().Name}"),
    };

    /// <summary>A JSON value as CEL sees it: scalars as .NET values, objects and arrays as they are.</summary>
    public static object? FromJson(JsonNode? node)
    {
        if (node is not JsonValue value)
        {
            return node;
        }

        // Cast one by one: JsonNode's implicit conversions would wrap them again.
        return value.GetValueKind() switch
        {
            JsonValueKind.String => (object)value.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetValue<long>(out var number) ? (object)number : value.GetValue<double>(),
            _ => null,
        };
    }

    private static object? Field(object? target, string name) => target is JsonObject obj && obj.TryGetPropertyValue(name, out var value)
        ? FromJson(value)
        : throw new CelException($"no such key: {name}");

    private static object? Element(object? target, object? key) => (target, key) switch
    {
        (JsonArray array, long i) when i >= 0 && i < array.Count => FromJson(array[(int)i]),
        (JsonObject, string name) => Field(target, name),
        (IList list, long i) when i >= 0 && i < list.Count => list[(int)i],
        _ => throw new CelException($"index out of bounds: {key}"),
    };

    private static bool Truth(object? value) => value as bool? ?? throw new CelException("no such overload: condition is not a bool");

    // has(a.b) is about the last field; a itself must exist.
    private bool Has(CelNode argument) => argument is CelNode.Member member
        ? Evaluate(member.Target) is JsonObject obj && obj.ContainsKey(member.Name)
        : throw new CelException("invalid argument to has() macro");

    private bool Macro(CelNode.Call macro)
    {
        var variable = macro.Arguments[0] is CelNode.Identifier id ? id.Name : throw new CelException("argument is not an identifier");
        var target = Evaluate(macro.Target!);
        var items = target switch
        {
            JsonArray array => array.Select(FromJson),
            JsonObject obj => obj.Select(p => (object?)p.Key),
            List<object?> list => list,
            _ => throw new CelException($"expression of type '{target?.GetType().Name}' cannot be range of a comprehension"),
        };
        var matches = items.Select(item => Truth(With(variable, item).Evaluate(macro.Arguments[1])));
        return macro.Function switch
        {
            "all" => matches.All(m => m),
            "exists" => matches.Any(m => m),
            _ => matches.Count(m => m) == 1,
        };
    }

    private CelEvaluator With(string name, object? value) => new(new Dictionary<string, object?>(variables) { [name] = value });
}
