using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>One recorded exchange with a real API server.</summary>
/// <param name="Name">The case.</param>
/// <param name="Json">The whole file.</param>
internal sealed record TranscriptCase(string Name, JsonObject Json)
{
    private static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Transcripts", "Data");

    public string? User => (string?)Json["user"];

    public bool IsCommand => Json.ContainsKey("command");

    public bool IsWatch => Response["stream"] is JsonArray || Path.Contains("watch=1", StringComparison.Ordinal);

    public JsonObject Request => Json["request"] as JsonObject ?? [];

    public JsonObject Response => Json["response"] as JsonObject ?? [];

    public string Method => (string?)Request["method"] ?? "GET";

    public string Path => (string?)Request["path"] ?? "";

    public int Status => (int?)Response["status"] ?? 0;

    /// <summary>A recorded response header by any case; null when it was not there.</summary>
    public string? Header(string name) =>
        (string?)(Response["headers"] as JsonObject)?.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>All cases, in the order in which they were recorded.</summary>
    public static List<TranscriptCase> ReadAll() => [.. File.ReadLines(System.IO.Path.Combine(Folder, "_order.txt"))
        .Where(name => name.Length > 0).Select(Read)];

    /// <summary>One case.</summary>
    public static TranscriptCase Read(string name) =>
        new(name, (JsonObject)JsonNode.Parse(File.ReadAllBytes(System.IO.Path.Combine(Folder, name + ".json")))!);

    /// <summary>Another file beside the cases.</summary>
    public static string ReadFile(string name) => File.ReadAllText(System.IO.Path.Combine(Folder, name));
}
