using System.Text.Json.Serialization;

namespace Kdd.Api.LogViews;

/// <summary>
/// JSON of the LogView types, source-generated: camelCase names, nulls left out, unknown members ignored
/// (a field of a newer version must not stop an older operator). Optional members have setters, not initialisers:
/// the source generator would overwrite the default of an init-only member that the JSON leaves out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LogView))]
[JsonSerializable(typeof(LogViewSpec))]
[JsonSerializable(typeof(LogViewStatus))]
public sealed partial class LogViewJson : JsonSerializerContext;
