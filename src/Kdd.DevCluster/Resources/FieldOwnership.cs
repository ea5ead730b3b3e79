using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>Writes metadata.managedFields of updates: those of requests, and those of the cluster's own controllers and kubelets.</summary>
internal sealed class FieldOwnership(ResourceCatalog catalog, TimeProvider timeProvider)
{
    /// <summary>A write by a part of the cluster.</summary>
    public void Own(ResourceKey type, JsonObject? old, JsonObject next, string manager, bool statusOnly)
    {
        if (catalog.Find(type) is { } resource)
        {
            Own(resource, old, next, new FieldWriter(manager, resource.ApiVersion, statusOnly ? "status" : "", ObjectRules.Timestamp(timeProvider)));
        }
    }

    /// <summary>A write in a version of a resource.</summary>
    public static void Own(ApiResource resource, JsonObject? old, JsonObject next, FieldWriter writer)
    {
        // Fields are owned under the names of the request's version, whatever they are called in storage.
        var view = (JsonObject)ObjectViews.Of(resource, next).DeepClone();
        var before = old is null ? null : (JsonObject)ObjectViews.Of(resource, old).DeepClone();
        if (resource.HasStatus && writer.Subresource.Length == 0)
        {
            // What the strategy put into the status is nobody's.
            view.Remove("status");
            before?.Remove("status");
        }

        ManagedFields.Update(before, view, resource.Schema, writer);
        next.Metadata().Remove("managedFields");
        if (view["metadata"]?["managedFields"] is { } fields)
        {
            next.Metadata()["managedFields"] = fields.DeepClone();
        }
    }
}
