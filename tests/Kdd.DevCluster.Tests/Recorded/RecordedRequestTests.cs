using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;
using Xunit;

namespace Kdd.DevCluster.Tests.Recorded;

/// <summary>
/// Requests that were made to a real API server and kubelet, made again: status code, content type and body must be the same, but
/// for what is drawn or stamped anew.
/// </summary>
public sealed class RecordedRequestTests(RecordedCluster recorded) : IClassFixture<RecordedCluster>
{
    /// <summary>Need the alpha feature gate PodLogsQuerySplitStreams: see PodLogOptionsTests.</summary>
    private static readonly string[] OtherSettings = ["log-split-bad", "log-split-with-tail"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Cases() =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Recorded"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => !OtherSettings.Contains(name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_answer_is_the_recorded_one(string name)
    {
        var recording = TestCluster.Json(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Recorded", name + ".json"), Cancelled));
        using var client = recorded.ClientOf(recording.Str("user"));
        using var request = new HttpRequestMessage(
            new HttpMethod(recording.Str("request", "method")!), recording.Str("request", "path"));
        foreach (var (header, value) in recording.Obj("request", "headers") ?? [])
        {
            request.Headers.TryAddWithoutValidation(header, (string?)value);
        }
        if (recording["request"]!["body"] is JsonObject body)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8,
                recording.Str("request", "headers", "Content-Type") ?? "application/json");
        }
        await PrepareAsync(name);
        try
        {
            using var response = await client.SendAsync(request, Cancelled);

            Assert.Equal(recording.Int("response", "status"), (int)response.StatusCode);
            Assert.Equal(recording.Str("response", "headers", "Content-Type"), response.Content.Headers.ContentType?.ToString());
            Assert.Equal(
                Plain(recording["response"]!["body"], recording.Str("case")!),
                Plain(Parse(await response.Content.ReadAsStringAsync(Cancelled)), recording.Str("case")!));
        }
        finally
        {
            recorded.Cluster.Host.Faults.SetKubelet("node-1", KubeletMode.Running);
        }
    }

    private async Task PrepareAsync(string name)
    {
        if (name.Contains("kubelet", StringComparison.Ordinal))
        {
            recorded.Cluster.Host.Faults.SetKubelet(
                "node-1", name.Contains("just-restarted", StringComparison.Ordinal) ? KubeletMode.Starting : KubeletMode.Down);
        }
        if (name == "log-404-after-delete")
        {
            recorded.Cluster.Store.Delete(new ResourceKey("", "pods"), "t1", "creating2");
            await recorded.Cluster.WaitForDeletionAsync(new ResourceKey("", "pods"), "t1", "creating2");
        }
        else if (name.StartsWith("log-containercreating", StringComparison.Ordinal))
        {
            await recorded.EnsureCreatingAsync();
        }
    }

    private static JsonNode? Parse(string text) => text.Length == 0 ? null : JsonNode.Parse(text);

    /// <summary>JSON with sorted keys, without what differs from call to call.</summary>
    private static string Plain(JsonNode? body, string name)
    {
        if (body is not JsonObject answer)
        {
            return body is JsonValue value && value.ToString().Length == 0 ? "" : body?.ToJsonString() ?? "";
        }
        var copy = (JsonObject)answer.DeepClone();
        copy.Obj("metadata")?.Remove("managedFields");
        copy.Obj("metadata")?.Remove("creationTimestamp");
        if (name.StartsWith("auth-selfsubjectreview", StringComparison.Ordinal))
        {
            // Recorded users had certificates, these have tokens: the id of the credential is of another kind.
            copy.Obj("status", "userInfo")?.Remove("extra");
        }
        // Attributes that are empty are left out of the recorded echo of the request.
        var attributes = copy.Obj("spec", "resourceAttributes");
        foreach (string key in (attributes ?? []).Where(pair => (string?)pair.Value == "").Select(pair => pair.Key).ToList())
        {
            attributes!.Remove(key);
        }
        return Encoding.UTF8.GetString(Json.ToUtf8(copy));
    }
}
