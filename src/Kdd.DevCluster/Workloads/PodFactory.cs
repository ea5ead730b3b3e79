using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Makes pods from templates.</summary>
internal sealed class PodFactory(ObjectStore store, PodAdmission admission, FieldOwnership ownership, EventWriter events)
{
    public static ResourceKey Pods { get; } = new("", "pods");

    /// <summary>Creates a pod that <paramref name="owner"/> controls.</summary>
    /// <param name="owner">The workload.</param>
    /// <param name="template">PodTemplateSpec.</param>
    /// <param name="name">Its name; null generates one from the owner's.</param>
    /// <param name="adjust">Last changes, such as a StatefulSet's labels.</param>
    /// <exception cref="Http.ApiException">409 when the name is taken.</exception>
    public JsonObject Create(JsonObject owner, JsonObject template, string? name = null, Action<JsonObject>? adjust = null)
    {
        var metadata = new JsonObject();
        if (name is null)
        {
            metadata["generateName"] = owner.Name() + "-";
        }
        else
        {
            metadata["name"] = name;
        }
        metadata["namespace"] = owner.Namespace();
        foreach (string key in (string[])["labels", "annotations", "finalizers"])
        {
            if (template.Obj("metadata")?[key] is { } value)
            {
                metadata[key] = value.DeepClone();
            }
        }
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(owner));
        var pod = new JsonObject
        {
            ["kind"] = "Pod",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["spec"] = template.Obj("spec")?.DeepClone() ?? new JsonObject(),
        };
        adjust?.Invoke(pod);
        // What admission adds is nobody's.
        BuiltInDefaults.Apply(Pods, pod);
        ownership.Own(Pods, null, pod, "kube-controller-manager", statusOnly: false);
        admission.Admit(pod);
        var created = store.Create(Pods, pod);
        events.Write(owner, "Normal", "SuccessfulCreate", $"Created pod: {created.Name()}", $"{Component(owner)}-controller");
        return created;
    }

    /// <summary>Deletes a pod with its own grace period.</summary>
    public void Delete(JsonObject owner, JsonObject pod)
    {
        store.Delete(Pods, pod.Namespace(), pod.Name(), new DeleteOptions { PreconditionUid = pod.Uid() });
        events.Write(owner, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", $"{Component(owner)}-controller");
    }

    /// <summary>The pods that <paramref name="owner"/> controls.</summary>
    public List<JsonObject> Of(JsonObject owner) =>
        [.. store.List(Pods, owner.Namespace()).Where(pod => Owners.IsControlledBy(pod, owner))];

    private static string Component(JsonObject owner) => owner.Str("kind") switch
    {
        "ReplicaSet" => "replicaset",
        "StatefulSet" => "statefulset",
        "DaemonSet" => "daemonset",
        "Job" => "job",
        _ => "replication",
    };
}
