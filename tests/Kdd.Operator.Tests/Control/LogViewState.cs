using System.Text.Json.Nodes;

namespace Kdd.Operator.Tests.Control;

/// <summary>A LogView as the cluster shows it, by the fields that tests look at.</summary>
public sealed record LogViewState(JsonObject LogView)
{
    private JsonNode? Ready => Condition("Ready");

    public string? Reason => (string?)Ready?["reason"];

    public string? ReadyStatus => (string?)Ready?["status"];

    public string Message => (string?)Ready?["message"] ?? "";

    public long Generation => (long)LogView["metadata"]!["generation"]!;

    /// <summary>The status speaks of the present spec.</summary>
    public bool IsCurrent => (long?)LogView["status"]?["observedGeneration"] == Generation;

    public int Desired => (int?)LogView["status"]?["streams"]?["desired"] ?? 0;

    public string? Owner => (string?)LogView["status"]?["owner"];

    /// <summary>Pods of the sources, in order of their names.</summary>
    public IEnumerable<string> Pods => (LogView["status"]?["sources"]?.AsArray() ?? []).Select(source => (string)source!["pod"]!).Order(StringComparer.Ordinal);

    public JsonNode? Condition(string type)
        => LogView["status"]?["conditions"]?.AsArray().FirstOrDefault(condition => (string?)condition!["type"] == type);
}
