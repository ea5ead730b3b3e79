using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Tests.Transcripts.Commands;

/// <summary>What stood in the recorded cluster when the commands were run, what they read from their input, and what happened meanwhile.</summary>
internal sealed class CommandScenes(TestCluster cluster)
{
    private const string Collection = "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews";

    private static readonly ResourceKey LogViews = new("kdd.dev", "logviews");

    // The recordings keep the command only.
    private static readonly Dictionary<string, string> Inputs = new()
    {
        ["kubectl-apply-logview-create"] = LogView("k1", 10),
        ["kubectl-apply-logview-change"] = LogView("k1", 20),
        ["kubectl-apply-logview-same"] = LogView("k1", 20),
        ["kubectl-apply-logview-serverside"] = LogView("k2", 10),
        ["kubectl-apply-logview-serverside-conflict"] = LogView("k2", 11),
        ["kubectl-apply-unknown-field"] = LogView("k3", 1, "\"tial\":3,"),
        ["kubectl-apply-unknown-field-warn"] = LogView("k4", 1, "\"tial\":3,"),
        ["kubectl-create-dryrun-server"] = LogView("k5", 10),
        ["kubectl-diff"] = LogView("k1", 33),
    };

    /// <summary>The standard input of a command; null for none.</summary>
    public static string? InputOf(string name) => name.StartsWith("kubectl-apply-crd", StringComparison.Ordinal)
        ? TranscriptCase.ReadFile("_sample-crd.json")
        : Inputs.GetValueOrDefault(name);

    /// <summary>The objects that were there before the first command.</summary>
    public async Task SetAsync()
    {
        using (var definition = SetUps.Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", TranscriptCase.ReadFile("_sample-crd.json")))
        {
            await SendAsync(definition);
        }

        await SetUps.WaitEstablishedAsync(cluster, "logviews.kdd.dev");
        foreach (var (name, tail) in ((string, int)[])[("a", 400), ("gen-bpnln", 5000), ("ssa", 5000), ("w0", 5000), ("w1", 5000), ("w2", 5000)])
        {
            await SendAsync(SetUps.Post(Collection, LogView(name, tail)));
        }

        await SendAsync(SetUps.Merge($"{Collection}/a/status", """{"status":{"podCount":4}}"""));
        await SendAsync(SetUps.Merge($"{Collection}/ssa/status", "{\"status\":{\"podCount\":3,\"conditions\":[" + Ready + "]}}"));
        var first = (JsonObject)TranscriptCase.Read("event-create").Request["body"]!.DeepClone();
        await SendAsync(SetUps.Post("/apis/events.k8s.io/v1/namespaces/t1/events", first.ToJsonString()));
        first["metadata"]!["name"] = "w0.2";
        first["series"] = TranscriptCase.Read("event-patch-series").Request["body"]!["series"]!.DeepClone();
        await SendAsync(SetUps.Post("/apis/events.k8s.io/v1/namespaces/t1/events", first.ToJsonString()));
    }

    /// <summary>Makes what a single command stands on.</summary>
    public void Prepare(string name)
    {
        if (name == "kubectl-delete-finalizer-waits")
        {
            cluster.Store.Create(LogViews, TestCluster.Json(LogView("k6", 1).Replace("\"namespace\"", "\"finalizers\":[\"kdd.dev/x\"],\"namespace\"", StringComparison.Ordinal)));
        }
    }

    /// <summary>What happens once a command watches; null when nothing does.</summary>
    public Task? ChangeAsync(string name) => name switch
    {
        "kubectl-get-watch" => SendAsync(SetUps.Merge($"{Collection}/k1", """{"spec":{"tail":77}}""")),
        "kubectl-wait-ready" => SendAsync(SetUps.Merge($"{Collection}/k1/status", "{\"status\":{\"conditions\":[" + Ready + "]}}")),
        _ => null,
    };

    private const string Ready = """{"type":"Ready","status":"True","reason":"Streaming","message":"","lastTransitionTime":"2026-11-23T12:00:00Z"}""";

    private static string LogView(string name, int tail, string more = "") => $$$"""
        {"apiVersion":"kdd.dev/v1alpha1","kind":"LogView","metadata":{"name":"{{{name}}}","namespace":"t1"},"spec":{{{{more}}}"tail":{{{tail}}},"workload":{"kind":"Deployment","name":"web"} } }
        """;

    private async Task SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await cluster.Admin.SendAsync(SetUps.AsCurl(request));
            response.EnsureSuccessStatusCode();
        }
    }
}
