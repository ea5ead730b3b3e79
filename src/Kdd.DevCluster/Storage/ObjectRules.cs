using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Workloads;

namespace Kdd.DevCluster.Storage;

/// <summary>What every kind's registry strategy does with metadata: apiserver's rest.BeforeCreate, BeforeUpdate, BeforeDelete.</summary>
internal static class ObjectRules
{
    // Alphabet of apimachinery's utilrand: no vowels, so that no words appear.
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Timestamp(TimeProvider timeProvider) =>
        timeProvider.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static void PrepareCreate(ResourceKey type, JsonObject obj, TimeProvider timeProvider)
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
        DropEmpty(metadata);
        if (HasGeneration(type))
        {
            metadata["generation"] = 1;
        }
        else
        {
            metadata.Remove("generation");
        }
    }

    /// <summary>What a strategy adds to a new object that has its uid; nobody owns it.</summary>
    public static void Complete(ResourceKey type, JsonObject obj)
    {
        if (type == new ResourceKey("batch", "jobs"))
        {
            JobDefaults.Apply(obj);
        }
    }

    /// <summary>The new version of an object: what its writer may not change comes from the stored one.</summary>
    public static JsonObject Merge(ResourceKey type, JsonObject current, JsonObject next, bool statusOnly)
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
        DropEmpty(metadata);
        if (HasGeneration(type) && SpecDiffers(current, next) && !IsBinding(type, current, next))
        {
            metadata["generation"] = (current.Long("metadata", "generation") ?? 0) + 1;
        }

        return next;
    }

    // ObjectMeta leaves out what is empty (omitempty).
    private static void DropEmpty(JsonObject metadata)
    {
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences"])
        {
            if (metadata[key] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
            {
                metadata.Remove(key);
            }
        }
    }

    /// <summary>Throws when a delete speaks of another object or version.</summary>
    public static void CheckPreconditions(ResourceKey type, StoredObject current, DeleteOptions options)
    {
        if (options.PreconditionUid is { } uid && uid != current.Object.Uid())
        {
            throw Errors.Conflict(new ResourceKey(type.Group, current.Object.Str("kind") ?? type.Resource), current.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({current.Object.Uid()}). The object might have been deleted and then recreated");
        }

        var version = current.Object.Str("metadata", "resourceVersion");
        if (options.PreconditionResourceVersion is { } wanted && wanted != version)
        {
            throw Errors.Conflict(new ResourceKey(type.Group, current.Object.Str("kind") ?? type.Resource), current.Name,
                $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified");
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
            if (IsGraceful(type))
            {
                metadata["deletionTimestamp"] = Timestamp(timeProvider);
                metadata["deletionGracePeriodSeconds"] = 0;
                if (!marked && metadata.Long("generation") is { } last)
                {
                    metadata["generation"] = last + 1;
                }
            }

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

    /// <summary>Whether a kind's deletion has a grace period, of whatever length: only that of pods has.</summary>
    public static bool IsGraceful(ResourceKey type) => type == new ResourceKey("", "pods");

    /// <summary>Whether an object that is being deleted has nothing left that holds it.</summary>
    public static bool MayBeRemoved(JsonObject obj) =>
        obj["metadata"]?["deletionTimestamp"] is not null
        && obj.Arr("metadata", "finalizers") is not { Count: > 0 }
        && obj.Long("metadata", "deletionGracePeriodSeconds") is null or 0
        && !(obj.Str("kind") == "Namespace" && obj.Arr("spec", "finalizers") is { Count: > 0 });

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

    // Of the built-in kinds only these count generations; every custom resource does.
    private static readonly HashSet<ResourceKey> Counted =
    [
        new("", "pods"), new("", "replicationcontrollers"), new("apps", "deployments"), new("apps", "replicasets"),
        new("apps", "statefulsets"), new("apps", "daemonsets"), new("batch", "jobs"), new("batch", "cronjobs"),
        new("policy", "poddisruptionbudgets"), new("networking.k8s.io", "networkpolicies"), new("networking.k8s.io", "ingresses"),
        new("apiextensions.k8s.io", "customresourcedefinitions"), new("discovery.k8s.io", "endpointslices"),
        new("scheduling.k8s.io", "priorityclasses"),
    ];

    private static bool HasGeneration(ResourceKey type) => Counted.Contains(type) || !BuiltIn.Contains(type);

    // A pod that gets its node is bound, not updated: pods/binding has no strategy that counts.
    private static bool IsBinding(ResourceKey type, JsonObject current, JsonObject next) => type == new ResourceKey("", "pods")
        && string.IsNullOrEmpty(current.Str("spec", "nodeName")) && !string.IsNullOrEmpty(next.Str("spec", "nodeName"));

    private static HashSet<ResourceKey> BuiltIn { get; } = [.. Resources.BuiltInResources.All.Select(r => r.Storage)];

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
