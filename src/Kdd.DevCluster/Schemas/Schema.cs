using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kdd.DevCluster.Schemas.Cel;

namespace Kdd.DevCluster.Schemas;

/// <summary>
/// What is known of a value's shape: a built-in type, or one level of a CRD's structural schema. Drives decoding, defaulting,
/// pruning, validation, merging and field ownership.
/// </summary>
internal sealed record Schema
{
    private static readonly IReadOnlyDictionary<string, Schema> NoProperties = new Dictionary<string, Schema>();

    /// <summary>A value of which nothing is known; everything in it is kept and owned as a whole.</summary>
    public static Schema Any { get; } = new() { PreserveUnknown = true };

    /// <summary>object, array, string, integer, number, boolean; null for int-or-string and unknown values.</summary>
    public string? Type { get; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    public bool Nullable { get; init; }

    /// <summary>x-kubernetes-preserve-unknown-fields.</summary>
    public bool PreserveUnknown { get; init; }

    /// <summary>x-kubernetes-int-or-string; also quantities.</summary>
    public bool IntOrString { get; init; }

    /// <summary>x-kubernetes-embedded-resource.</summary>
    public bool Embedded { get; init; }

    /// <summary>Properties by name; lazy, since built-in types may contain themselves.</summary>
    public Lazy<IReadOnlyDictionary<string, Schema>>? LazyProperties { get; init; }

    public IReadOnlyDictionary<string, Schema> Properties => LazyProperties?.Value ?? NoProperties;

    public Schema? AdditionalProperties { get; init; }

    public Schema? Items { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Default, wrapped so that it can be null.</summary>
    public (JsonNode? Value, bool Set) Default { get; init; }

    public JsonArray? Enum { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    public Regex? Pattern { get; init; }

    /// <summary>The pattern as written, for messages.</summary>
    public string? PatternText { get; init; }

    public IReadOnlyList<Schema> AllOf { get; init; } = [];

    public IReadOnlyList<Schema> AnyOf { get; init; } = [];

    public IReadOnlyList<Schema> OneOf { get; init; } = [];

    public Schema? Not { get; init; }

    public IReadOnlyList<ValidationRule> Rules { get; init; } = [];

    /// <summary>x-kubernetes-list-type: atomic (default), set, map.</summary>
    public string ListType { get; init; } = "atomic";

    /// <summary>x-kubernetes-list-map-keys.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>x-kubernetes-map-type: atomic.</summary>
    public bool AtomicMap { get; init; }

    /// <summary>Merge key of strategic merge patch; built-in types only.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Patch strategy, such as <c>merge</c> or <c>merge,retainKeys</c>; built-in types only.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary>The C# model behind a built-in object type; null else.</summary>
    public System.Type? Model { get; init; }

    /// <summary>The CRD's JSON that this was read from; null for built-in types.</summary>
    public JsonObject? Source { get; init; }

    public bool IsObject => Type == "object" || LazyProperties is not null || AdditionalProperties is not null;

    /// <summary>The schema of a field; null when it is not known.</summary>
    public Schema? Field(string name) => Properties.TryGetValue(name, out var schema) ? schema
        : AdditionalProperties ?? (PreserveUnknown ? Any : null);
}
