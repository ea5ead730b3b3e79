using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>The volume with the service account's token, CA and namespace that admission adds to pods.</summary>
internal static class ServiceAccountVolume
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static void Add(JsonObject spec, JsonObject? account)
    {
        if ((spec.Bool("automountServiceAccountToken") ?? account?.Bool("automountServiceAccountToken")) == false)
        {
            return;
        }

        var containers = (spec.Arr("initContainers")?.OfType<JsonObject>() ?? []).Concat(spec.Arr("containers")?.OfType<JsonObject>() ?? [])
            .Where(c => c.Arr("volumeMounts")?.OfType<JsonObject>().Any(m => m.Str("mountPath") == MountPath) != true).ToList();
        if (containers.Count == 0)
        {
            return;
        }

        var name = $"kube-api-access-{Guid.NewGuid().ToString("N")[..5]}";
        if (spec.Arr("volumes") is not { } volumes)
        {
            volumes = [];
            spec["volumes"] = volumes;
        }

        volumes.Add((JsonNode)Volume(name));
        foreach (var container in containers)
        {
            if (container.Arr("volumeMounts") is not { } mounts)
            {
                mounts = [];
                container["volumeMounts"] = mounts;
            }

            mounts.Add((JsonNode)new JsonObject { ["mountPath"] = MountPath, ["name"] = name, ["readOnly"] = true });
        }
    }

    private static JsonObject Volume(string name) => (JsonObject)JsonNode.Parse($$$"""
        {"name":"{{{name}}}","projected":{"defaultMode":420,"sources":[
        {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
        {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
        {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}]}}
        """)!;
}
