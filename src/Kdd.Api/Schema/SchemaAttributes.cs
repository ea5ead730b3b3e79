namespace Kdd.Api.Schema;

/// <summary>Bounds of a number, as <c>minimum</c> and <c>maximum</c> of the OpenAPI schema.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(long minimum, long maximum = long.MaxValue) : Attribute
{
    public long Minimum { get; } = minimum;

    /// <summary><see cref="long.MaxValue"/>: no maximum.</summary>
    public long Maximum { get; } = maximum;
}

/// <summary>Length of a string, or of each string of a list or map; the CEL cost estimator needs the maximum.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LengthAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>0: not written.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>0: not written.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>Most entries of a list (<c>maxItems</c>) or map (<c>maxProperties</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaxEntriesAttribute(int count) : Attribute
{
    public int Count { get; } = count;
}

/// <summary>Regular expression (RE2 syntax, as the API server uses it) that a string must match.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Struct)]
public sealed class PatternAttribute(string pattern) : Attribute
{
    public string Pattern { get; } = pattern;
}

/// <summary>The values a string may have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AllowedValuesAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>A list that server-side apply merges by these keys of its entries (<c>x-kubernetes-list-type: map</c>); other lists are atomic.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>An object that server-side apply replaces as a whole (<c>x-kubernetes-map-type: atomic</c>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtomicAttribute : Attribute;

/// <summary>A validation rule in the Common Expression Language (KEP-2876).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class CelRuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;
    public string Message { get; } = message;

    /// <summary>Path of the field that the refusal names, such as <c>.retain.size</c>.</summary>
    public string? FieldPath { get; init; }
}

/// <summary>A column of <c>kubectl get</c> (<c>additionalPrinterColumns</c>), in the order of declaration.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string jsonPath) : Attribute
{
    public string Name { get; } = name;
    public string Type { get; } = type;
    public string JsonPath { get; } = jsonPath;

    /// <summary>0: always shown; 1: with <c>-o wide</c> only.</summary>
    public int Priority { get; init; }
}

/// <summary>Names of a kind as a CustomResourceDefinition declares them.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ResourceAttribute(string group, string version, string kind, string plural) : Attribute
{
    public string Group { get; } = group;
    public string Version { get; } = version;
    public string Kind { get; } = kind;
    public string Plural { get; } = plural;
    public string Singular { get; init; } = kind.ToLowerInvariant();
    public string[] ShortNames { get; init; } = [];
    public string[] Categories { get; init; } = [];
}
