using System.Text.Json.Nodes;

namespace Kdd.Operator.Tests;

/// <summary>Answers of a real API server, recorded.</summary>
internal static class Transcript
{
    public static string Body(string name)
        => JsonNode.Parse(File.ReadAllText(Path.Join(AppContext.BaseDirectory, "Transcripts", name + ".json")))!["response"]!["body"]!.ToJsonString();
}
