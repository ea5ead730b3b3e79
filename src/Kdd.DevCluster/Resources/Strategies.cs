using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>What a resource's strategy drops or keeps of a write (PrepareForCreate, PrepareForUpdate).</summary>
internal static class Strategies
{
    public static void PrepareCreate(ApiResource resource, JsonObject obj)
    {
        if (resource.HasStatus)
        {
            obj.Remove("status");
        }

        switch (resource.Storage)
        {
            case ("", "pods"):
                obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(obj) };
                break;
            case ("", "namespaces"):
                obj["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case ("apiextensions.k8s.io", "customresourcedefinitions"):
                obj["status"] = new JsonObject
                {
                    ["conditions"] = null,
                    ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
                    ["storedVersions"] = new JsonArray([.. obj.Arr("spec", "versions")?.Where(v => v.Bool("storage") == true).Select(v => (JsonNode?)v.Str("name")) ?? []]),
                };
                break;
            case ("", "services"):
                obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
                break;
            case ("apps" or "batch", _) when resource.HasStatus:
                obj["status"] = new JsonObject();
                break;
        }
    }

    public static JsonObject PrepareUpdate(ApiResource resource, JsonObject old, JsonObject next, string subresource)
    {
        if (subresource.Length == 0 && resource.HasStatus)
        {
            if (old["status"] is { } status)
            {
                next["status"] = status.DeepClone();
            }
            else
            {
                next.Remove("status");
            }
        }

        // A Service keeps what was allocated for it.
        if (resource.Storage is ("", "services") && subresource.Length == 0 && next.Obj("spec") is { } spec)
        {
            foreach (var field in (ReadOnlySpan<string>)["clusterIP", "clusterIPs"])
            {
                if (spec[field] is null or JsonValue && spec.Str(field) is null or "" && old.Obj("spec")?[field] is { } allocated && next.Str("spec", "type") != "ExternalName")
                {
                    spec[field] = allocated.DeepClone();
                }
            }
        }

        return ObjectRules.Merge(resource.Storage, old, next, subresource == "status");
    }
}
