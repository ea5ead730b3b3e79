using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>What a Job gets at its creation that depends on its uid: labels and selector (pkg/registry/batch/job strategy).</summary>
public static class JobDefaults
{
    /// <summary>Adds selector and labels in place.</summary>
    /// <returns>False when the Job has a selector already.</returns>
    public static bool Apply(JsonObject job)
    {
        if (job.Obj("spec") is not { } spec || spec.Bool("manualSelector") == true || spec.Obj("selector") is { Count: > 0 })
        {
            return false;
        }
        string uid = job.Uid();
        if (job.Obj("metadata", "labels") is not { Count: > 0 } && spec.Obj("template", "metadata", "labels") is { } labelsOfTemplate)
        {
            job.Metadata()["labels"] = labelsOfTemplate.DeepClone();
        }
        spec["manualSelector"] = false;
        foreach (var holder in (JsonObject[])[job.Metadata(), (spec.Obj("template") ?? []).Metadata()])
        {
            if (holder.Obj("labels") is not { } labels)
            {
                labels = [];
                holder["labels"] = labels;
            }
            labels["batch.kubernetes.io/controller-uid"] = uid;
            labels["batch.kubernetes.io/job-name"] = job.Name();
            labels["controller-uid"] = uid;
            labels["job-name"] = job.Name();
        }
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        return true;
    }
}
