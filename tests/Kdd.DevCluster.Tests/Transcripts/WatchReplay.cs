using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Compares a watch's events; the changes that made them in the recording are made again.</summary>
internal static class WatchReplay
{
    private const string Collection = "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews";

    public static async Task CompareAsync(
        TranscriptCase transcript, JsonArray recorded, HttpResponseMessage response, TestCluster cluster, AnswerComparison comparison, CancellationToken cancellationToken,
        bool endsByItself = true)
    {
        var expected = recorded.Select(e => Parse(e!["line"])).Where(IsCompared).ToList();
        RemoveFailedCleanUp(expected);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(body);
        var actual = new List<JsonObject>();
        var made = MakeChangesAsync(transcript, cluster, cancellationToken);
        var cutByClient = !endsByItself || (string?)transcript.Response["end"]?["by"] != "server";
        while (!(cutByClient && actual.Count >= expected.Count) && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (JsonNode.Parse(line) is JsonObject change && IsCompared(change))
            {
                actual.Add(change);
            }
        }

        await made;
        if (transcript.Name == "watch-too-old-rv-configmaps")
        {
            // Each cluster has ConfigMaps of its own.
            (expected, actual) = ([.. expected.DistinctBy(e => (string?)e["type"]).Select(e => new JsonObject { ["type"] = (string?)e["type"] })], [.. actual.DistinctBy(e => (string?)e["type"])]);
        }

        var (types, ours) = (Types(expected), Types(actual));
        if (types != ours)
        {
            comparison.Add($"events {ours}, recorded {types}");
            return;
        }

        for (var i = 0; i < expected.Count; i++)
        {
            if (expected[i]["metadata"] is JsonObject)
            {
                comparison.Compare(expected[i], Trimmed.Event(expected[i], actual[i]), $"[{i}]");
            }
            else if (expected[i]["object"] is JsonObject && (string?)expected[i]["type"] != "BOOKMARK")
            {
                comparison.Compare(expected[i], actual[i], $"[{i}]");
            }
        }
    }

    // One attempt to delete the objects of a definition failed in the recording, by chance; the next did not.
    private static void RemoveFailedCleanUp(List<JsonObject> expected)
    {
        int failed = expected.FindIndex(e => e["status"]?["conditions"]?.AsArray().Any(c => (string?)c?["reason"] == "InstanceDeletionFailed") == true);
        if (failed >= 0)
        {
            expected.RemoveRange(failed, 2);
        }
    }

    private static string Types(IEnumerable<JsonObject> events) => string.Join(" ", events.Select(e => (string?)e["type"]));

    private static JsonObject Parse(JsonNode? line)
    {
        if (line is JsonObject obj)
        {
            return (JsonObject)obj.DeepClone();
        }

        try
        {
            return (JsonObject)JsonNode.Parse((string?)line ?? "{}")!;
        }
        catch (System.Text.Json.JsonException)
        {
            // Cut in the recording: only its type is known.
            return new JsonObject { ["type"] = ((string?)line)!.Split('"')[3] };
        }
    }

    // When a bookmark comes is the server's own business, except the one that ends the initial events.
    private static bool IsCompared(JsonObject change) =>
        (string?)change["type"] != "BOOKMARK" || change["object"]?["metadata"]?["annotations"] is not null;

    private static async Task MakeChangesAsync(TranscriptCase transcript, TestCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var change in transcript.Json["events"]?.AsArray() ?? [])
        {
            var text = (string)change!["what"]!;
            using var request = text switch
            {
                "POST w9" => SetUps.Post(Collection, """{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"w9","labels":{"team":"w"}},"spec":{"workload":{"kind":"Deployment","name":"web"}}}"""),
                "PATCH w9 spec" => SetUps.Merge($"{Collection}/w9", """{"spec":{"tail":9}}"""),
                "PATCH w9/status" => SetUps.Merge($"{Collection}/w9/status", """{"status":{"podCount":1}}"""),
                "PATCH w9 no-op" => SetUps.Merge($"{Collection}/w9", """{"spec":{"tail":9}}"""),
                "PATCH w9 label team=z" => SetUps.Merge($"{Collection}/w9", """{"metadata":{"labels":{"team":"z"}}}"""),
                "DELETE w9" => new HttpRequestMessage(HttpMethod.Delete, $"{Collection}/w9"),
                "DELETE the CRD" => new HttpRequestMessage(HttpMethod.Delete, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tmpviews.kdd.dev"),
                "POST CRD" => SetUps.PostDefinition("condviews", "CondView"),
                "DELETE CRD" => new HttpRequestMessage(HttpMethod.Delete, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/condviews.kdd.dev"),
                _ => throw new InvalidOperationException($"{transcript.Name}: no way to make {text}"),
            };
            using var response = await cluster.Admin.SendAsync(SetUps.AsCurl(request), cancellationToken);
            response.EnsureSuccessStatusCode();
            if (text == "POST CRD")
            {
                await SetUps.WaitEstablishedAsync(cluster, "condviews.kdd.dev");
            }
        }
    }
}
