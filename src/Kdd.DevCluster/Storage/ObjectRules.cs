using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Storage;

/// <summary>What every kind's registry strategy does with metadata: apiserver's rest.BeforeCreate, BeforeUpdate, BeforeDelete.</summary>
internal static class ObjectRules
{
    // Alphabet of apimachinery's utilrand: no vowels, so that no words appear.
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Timestamp(TimeProvider timeProvider) =>
        timeProvider.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static void PrepareCreate(JsonObject obj, TimeProvider timeProvider)
    {
        var metadata = obj.Metadata();
        if (string.IsNullOrEmpty(metadata.Str("name")) && metadata.Str("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix[..Math.Min(prefix.Length, 58)] + string.Create(5, 0, static (span, _) =>
            {
                foreach (ref var c in span)
                {
                    c = SuffixAlphabet[Random.Shared.Next(SuffixAlphabet.Length)];
                }
            });
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Timestamp(timeProvider);
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("selfLink");
        if (HasGeneration(obj))
        {
            metadata["generation"] = 1;
        }
        else
        {
            metadata.Remove("generation");
        }
    }

    /// <summary>The new version of an object: what its writer may not change comes from the stored one.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject next, bool statusOnly)
    {
        if (statusOnly)
        {
            var merged = (JsonObject)current.DeepClone();
            if (next["status"] is { } status)
            {
                merged["status"] = status.DeepClone();
            }
            else
            {
                merged.Remove("status");
            }

            if (next.Arr("metadata", "managedFields") is { } fields)
            {
                merged.Metadata()["managedFields"] = fields.DeepClone();
            }

            return merged;
        }

        var metadata = next.Metadata();
        foreach (var key in (ReadOnlySpan<string>)["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"])
        {
            Carry(current.Obj("metadata")!, metadata, key);
        }

        metadata.Remove("selfLink");
        if (HasGeneration(next) && SpecDiffers(current, next))
        {
            metadata["generation"] = (current.Long("metadata", "generation") ?? 0) + 1;
        }

        return next;
    }

    /// <summary>Throws when a delete speaks of another object or version.</summary>
    public static void CheckPreconditions(ResourceKey type, StoredObject current, DeleteOptions options)
    {
        if (options.PreconditionUid is { } uid && uid != current.Object.Uid())
        {
            throw Errors.Conflict(type, current.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Object.Uid()}");
        }

        var version = current.Object.Str("metadata", "resourceVersion");
        if (options.PreconditionResourceVersion is { } wanted && wanted != version)
        {
            throw Errors.Conflict(type, current.Name,
                $"Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {version}");
        }
    }

    /// <summary>Marks an object as being deleted.</summary>
    /// <returns>True when nothing holds it and it goes at once.</returns>
    public static bool MarkDeleted(ResourceKey type, JsonObject obj, DeleteOptions options, TimeProvider timeProvider)
    {
        var metadata = obj.Metadata();
        var marked = metadata["deletionTimestamp"] is not null;
        var grace = GracePeriod(type, obj, options);
        if (!marked)
        {
            AddPropagationFinalizer(metadata, options.PropagationPolicy);
        }

        if (metadata.Arr("finalizers") is not { Count: > 0 } && grace == 0)
        {
            return true;
        }

        if (!marked)
        {
            metadata["deletionTimestamp"] = timeProvider.GetUtcNow().AddSeconds(grace)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            metadata["deletionGracePeriodSeconds"] = grace;
            if (metadata.Long("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
        }
        else if (metadata.Long("deletionGracePeriodSeconds") is { } before && grace < before)
        {
            metadata["deletionTimestamp"] = timeProvider.GetUtcNow().AddSeconds(grace)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            metadata["deletionGracePeriodSeconds"] = grace;
        }

        return false;
    }

    /// <summary>Whether an object that is being deleted has nothing left that holds it.</summary>
    public static bool MayBeRemoved(JsonObject obj) =>
        obj["metadata"]?["deletionTimestamp"] is not null
        && obj.Arr("metadata", "finalizers") is not { Count: > 0 }
        && obj.Long("metadata", "deletionGracePeriodSeconds") is null or 0;

    private static long GracePeriod(ResourceKey type, JsonObject obj, DeleteOptions options)
    {
        // Only pods stop gracefully; one that no kubelet has, or that has ended, goes at once (registry/core/pod strategy).
        if (type != new ResourceKey("", "pods") || string.IsNullOrEmpty(obj.Str("spec", "nodeName"))
            || obj.Str("status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        return Math.Max(0, options.GracePeriodSeconds ?? obj.Long("spec", "terminationGracePeriodSeconds") ?? 30);
    }

    private static void AddPropagationFinalizer(JsonObject metadata, string? policy)
    {
        var finalizer = policy switch { "Foreground" => "foregroundDeletion", "Orphan" => "orphan", _ => null };
        if (finalizer is null)
        {
            return;
        }

        if (metadata.Arr("finalizers") is not { } finalizers)
        {
            finalizers = [];
            metadata["finalizers"] = finalizers;
        }

        if (!finalizers.Any(f => f?.GetValue<string>() == finalizer))
        {
            finalizers.Add((JsonNode)finalizer);
        }
    }

    // Kinds without a spec (ConfigMap, Secret, Event, Role, …) have no generation.
    private static bool HasGeneration(JsonObject obj) =>
        obj.ContainsKey("spec") && obj.Str("kind") is not ("Namespace" or "Pod" or "Node" or "Service" or "Lease" or "ResourceQuota" or "PersistentVolumeClaim" or "PersistentVolume")
        || obj.Str("kind") is "CronJob" or "Job"
        || obj.Str("apiVersion") is { } version && version.Contains('.', StringComparison.Ordinal) && !version.Contains(".k8s.io/", StringComparison.Ordinal);

    private static bool SpecDiffers(JsonObject current, JsonObject next)
    {
        foreach (var key in current.Select(p => p.Key).Union(next.Select(p => p.Key)))
        {
            if (key is not ("metadata" or "status" or "apiVersion" or "kind") && !JsonNode.DeepEquals(current[key], next[key]))
            {
                return true;
            }
        }

        return false;
    }

    private static void Carry(JsonObject from, JsonObject to, string key)
    {
        if (from[key] is { } value)
        {
            to[key] = value.DeepClone();
        }
        else
        {
            to.Remove(key);
        }
    }
}
