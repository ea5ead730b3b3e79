using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tests.Workloads;

/// <summary>Objects as manifests would give them.</summary>
internal static class Manifests
{
    /// <summary>A shell loop that ends at SIGTERM.</summary>
    public const string Loop = "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2 & wait $!; done";

    public static JsonObject Shell(string script, string name = "main") => new()
    {
        ["name"] = name,
        ["image"] = "registry.local/busybox:1.38",
        ["command"] = new JsonArray("sh", "-c", script),
    };

    public static JsonObject PodSpec(string restartPolicy, params JsonObject[] containers) => new()
    {
        ["restartPolicy"] = restartPolicy,
        ["terminationGracePeriodSeconds"] = 2,
        ["containers"] = new JsonArray([.. containers]),
    };

    public static JsonObject Pod(string name, JsonObject spec) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "t1", ["labels"] = new JsonObject { ["app"] = name } },
        ["spec"] = spec,
    };

    public static JsonObject Template(string app, JsonObject spec) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = app } },
        ["spec"] = spec,
    };

    public static JsonObject Workload(string kind, string apiVersion, string name, JsonObject spec) => new()
    {
        ["kind"] = kind,
        ["apiVersion"] = apiVersion,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "t1" },
        ["spec"] = spec,
    };

    public static JsonObject Deployment(string name, int replicas, JsonObject podSpec) => Workload("Deployment", "apps/v1", name, new JsonObject
    {
        ["replicas"] = replicas,
        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
        ["template"] = Template(name, podSpec),
    });
}
