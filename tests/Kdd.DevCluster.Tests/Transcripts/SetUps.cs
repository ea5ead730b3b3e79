using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>What stood in the recorded cluster before a case, made by requests that were not recorded.</summary>
internal sealed class SetUps(TestCluster cluster, CancellationToken cancellationToken)
{
    private const string Collection = "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string StatusWithoutSources = """
        {"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"a","namespace":"t1"},"status":{"observedGeneration":1,
        "streams":{"desired":3,"active":3,"summary":"3/3"},"conditions":[{"type":"Ready","status":"True","reason":"Streaming",
        "message":"3 of 3 streams","lastTransitionTime":"2026-11-23T14:00:00Z","observedGeneration":1}]}}
        """;

    private static readonly ResourceKey DefinitionKey = new("apiextensions.k8s.io", "customresourcedefinitions");

    public static HttpRequestMessage Post(string path, string json) => WithBody(HttpMethod.Post, path, json, "application/json");

    public static HttpRequestMessage Merge(string path, string json) => WithBody(HttpMethod.Patch, path, json, "application/merge-patch+json");

    /// <summary>The sample definition under other names.</summary>
    public static HttpRequestMessage PostDefinition(string plural, string kind, bool categories = false) => Post(Definitions, TranscriptCase.ReadFile("_sample-crd.json")
        .Replace("logviews", plural, StringComparison.Ordinal).Replace("\"logview\"", $"\"{kind.ToLowerInvariant()}\"", StringComparison.Ordinal)
        .Replace("LogView", kind, StringComparison.Ordinal).Replace("\"lv\"", $"\"{(plural == "tmpviews" ? "tv" : "cv")}\"", StringComparison.Ordinal)
        .Replace(",\"categories\":[\"kdd\"]", categories ? ",\"categories\":[\"kdd\"]" : "", StringComparison.Ordinal));

    /// <summary>The field manager of the recordings was curl.</summary>
    public static HttpRequestMessage AsCurl(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "curl/8.14.1");
        return request;
    }

    public static Task WaitEstablishedAsync(TestCluster cluster, string name) => cluster.WaitAsync(DefinitionKey, null, name,
        crd => crd["status"]?["conditions"]?.AsArray().Any(c => (string?)c?["type"] == "Established" && (string?)c["status"] == "True") == true);

    /// <summary>Makes what a case stands on.</summary>
    public async Task BeforeAsync(string name)
    {
        switch (name)
        {
            case "crd-ready-race" or "crd-get":
                await WaitEstablishedAsync(cluster, "logviews.kdd.dev");
                break;
            case "cr-patch-json":
                await SendAsync(Merge($"{Collection}/a", """{"spec":{"tail":5000}}"""));
                break;
            case "ssa-status":
                // Nobody stated tail any more: it went back to its default.
                await ApplyAsync("ssa", "other", """{"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"ssa"},"spec":{"workload":{"kind":"Deployment","name":"web"}}}""");
                break;
            case "list-limit-1":
                for (var i = 0; i < 7; i++)
                {
                    await PostAsync($"p{i}", $"\"page\":\"y\",\"n\":\"{i}\"");
                }

                break;
            case "del-finalizer-remove":
                await SendAsync(Merge($"{Collection}/fin", """{"spec":{"tail":5}}"""));
                break;
            case "watch-basic":
                // Deleted in the foreground two cases before: the garbage collector comes in its own time.
                await cluster.WaitForDeletionAsync(new ResourceKey("kdd.dev", "logviews"), "t1", "with-status");
                for (var i = 0; i < 3; i++)
                {
                    await PostAsync($"w{i}", "\"team\":\"w\"");
                }

                break;
            case "watch-crd-deleted":
                await SendAsync(PostDefinition("tmpviews", "TmpView"));
                await WaitEstablishedAsync(cluster, "tmpviews.kdd.dev");
                await SendAsync(Post("/apis/kdd.dev/v1alpha1/namespaces/t1/tmpviews", """{"apiVersion":"kdd.dev/v1alpha1","kind":"TmpView","metadata":{"name":"t"},"spec":{"workload":{"kind":"Pod","name":"p"}}}"""));
                break;
            case "crd-delete":
                await SendAsync(PostDefinition("tmpviews", "TmpView"));
                await WaitEstablishedAsync(cluster, "tmpviews.kdd.dev");
                break;
            case "cr-list-after-crd-delete":
                await cluster.WaitForDeletionAsync(DefinitionKey, null, "tmpviews.kdd.dev");
                break;
            case "sa-tokenrequest":
                await SendAsync(Post("/api/v1/namespaces/t1/serviceaccounts", """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"op"}}"""));
                break;
            case "crd-names-conflict-create":
                await SendAsync(PostDefinition("condviews", "CondView"));
                await WaitEstablishedAsync(cluster, "condviews.kdd.dev");
                break;
            case "crd-names-conflict":
                await cluster.WaitAsync(DefinitionKey, null, "cvtwo.kdd.dev", crd => crd["status"]?["conditions"] is JsonArray);
                break;
            case "lv-spec-apply-gitops":
                await SendAsync(WithBody(HttpMethod.Patch, $"{Collection}/a/status?fieldManager=kdd-operator&force=true", StatusWithoutSources, "application/apply-patch+yaml"));
                break;
            case "list-continue-expired-410" or "watch-compacted-rv":
                // The recorded versions are from before the history of the server that was asked.
                while (cluster.Store.Revision <= 1000)
                {
                    cluster.Store.Mutate(new ResourceKey("", "configmaps"), "t1", "kube-root-ca.crt", map =>
                    {
                        map["metadata"]!["annotations"] = new JsonObject { ["round"] = $"{cluster.Store.Revision}" };
                        return true;
                    });
                }

                cluster.Store.Compact(cluster.Store.Revision);
                break;
            case "lv-create-minimal":
                await UseProductDefinitionAsync();
                break;
        }
    }

    private static HttpRequestMessage WithBody(HttpMethod method, string path, string json, string type)
    {
        var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return request;
    }

    private Task PostAsync(string name, string labels) => SendAsync(Post(Collection,
        "{\"apiVersion\":\"kdd.dev/v1alpha1\",\"kind\":\"LogView\",\"metadata\":{\"name\":\"" + name + "\",\"labels\":{" + labels
        + "}},\"spec\":{\"workload\":{\"kind\":\"Deployment\",\"name\":\"web\"}}}"));

    private Task ApplyAsync(string name, string manager, string json) =>
        SendAsync(WithBody(HttpMethod.Patch, $"{Collection}/{name}?fieldManager={manager}&force=true", json, "application/apply-patch+yaml"));

    // The lv-* cases speak of kdd's own definition instead of the sample.
    private async Task UseProductDefinitionAsync()
    {
        await SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"{Definitions}/logviews.kdd.dev"));
        await cluster.WaitForDeletionAsync(DefinitionKey, null, "logviews.kdd.dev");
        await SendAsync(WithBody(HttpMethod.Post, Definitions, TranscriptCase.ReadFile("_logviews-crd.yaml"), "application/yaml"));
        await WaitEstablishedAsync(cluster, "logviews.kdd.dev");
    }

    private async Task SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await cluster.Admin.SendAsync(AsCurl(request), cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new InvalidOperationException($"set-up {request.Method} {request.RequestUri}: {body}");
            }
        }
    }
}
