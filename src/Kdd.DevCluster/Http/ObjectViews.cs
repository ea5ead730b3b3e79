using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;

namespace Kdd.DevCluster.Http;

/// <summary>Stored objects as a version of the API shows them.</summary>
internal static class ObjectViews
{
    /// <summary>Whether the stored bytes can be sent as they are.</summary>
    public static bool IsStored(ApiResource resource) => resource.Key == resource.Storage && resource.Version == resource.StorageVersion;

    /// <summary>The object in the resource's version. Read-only: it may be the stored tree.</summary>
    public static JsonObject Of(ApiResource resource, JsonObject stored)
    {
        if (IsStored(resource))
        {
            return stored;
        }

        var view = (JsonObject)stored.DeepClone();
        if (resource.Storage is ("", "events"))
        {
            return EventConversion.FromCore(view);
        }

        view["apiVersion"] = resource.ApiVersion;
        return view;
    }

    /// <summary>A written object in the version of storage; changed in place.</summary>
    public static JsonObject ToStored(ApiResource resource, JsonObject obj)
    {
        if (IsStored(resource))
        {
            return obj;
        }

        if (resource.Storage is ("", "events"))
        {
            return EventConversion.ToCore(obj);
        }

        obj["apiVersion"] = resource.Group.Length == 0 ? resource.StorageVersion : $"{resource.Group}/{resource.StorageVersion}";
        return obj;
    }

    /// <summary>PartialObjectMetadata of an object.</summary>
    public static JsonObject PartialMetadata(JsonObject obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = obj["metadata"]?.DeepClone(),
    };
}
