using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Runs pods until enough have succeeded or too many have failed.</summary>
internal sealed class JobController(
    ObjectStore store, PodFactory pods, EventWriter events, TimeProvider timeProvider, ILogger<JobController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private static readonly ResourceKey Jobs = new("batch", "jobs");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(Jobs, Itself), (PodFactory.Pods, ControllerOf("Job"))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(Jobs, name.Namespace, name.Name) is not { } job || Owners.IsBeingDeleted(job))
        {
            return null;
        }
        if (IsFinished(job))
        {
            return ExpireFinished(job);
        }
        var owned = pods.Of(job);
        int succeeded = owned.Count(pod => pod.Str("status", "phase") == "Succeeded");
        int failed = owned.Count(pod => pod.Str("status", "phase") == "Failed");
        var active = owned.Where(PodFacts.IsActive).ToList();
        var outcome = Outcome(job, owned, succeeded, failed);
        if (outcome is not null)
        {
            active.ForEach(pod => pods.Delete(job, pod));
        }
        bool suspended = job.Bool("spec", "suspend") == true;
        if (outcome is null)
        {
            long wanted = suspended ? 0 : Math.Min(job.Long("spec", "parallelism") ?? 1,
                job.Long("spec", "completions") is { } completions ? completions - succeeded : succeeded > 0 ? active.Count : long.MaxValue);
            if (active.Count < wanted && BackOff(owned, failed) is { } wait)
            {
                WriteStatus(job, outcome, active, succeeded, failed);
                return wait;
            }
            for (long i = active.Count; i < wanted; i++)
            {
                active.Add(pods.Create(job, job.Obj("spec", "template") ?? []));
            }
            foreach (var pod in PodFacts.ByDeletionOrder(active).Take((int)Math.Max(0, active.Count - wanted)).ToList())
            {
                pods.Delete(job, pod);
                active.Remove(pod);
            }
        }
        else
        {
            active.Clear();
        }
        WriteStatus(job, outcome, active, succeeded, failed);
        return job.Long("spec", "activeDeadlineSeconds") is not null ? TimeSpan.FromSeconds(1) : null;
    }

    private (string Type, string Reason, string Message)? Outcome(JsonObject job, List<JsonObject> owned, int succeeded, int failed)
    {
        long limit = job.Long("spec", "backoffLimit") ?? 6;
        long restarts = owned.Where(pod => pod.Str("status", "phase") is "Running" or "Pending")
            .SelectMany(pod => pod.Arr("status", "containerStatuses") ?? []).Sum(status => status.Long("restartCount") ?? 0);
        if (failed > limit || (job.Str("spec", "template", "spec", "restartPolicy") == "OnFailure" && restarts > limit))
        {
            return ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }
        if (job.Long("spec", "activeDeadlineSeconds") is { } deadline
            && DateTimeOffset.TryParse(job.Str("status", "startTime"), out var start)
            && TimeProvider.GetUtcNow() - start >= TimeSpan.FromSeconds(deadline))
        {
            return ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        }
        bool complete = job.Long("spec", "completions") is { } completions
            ? succeeded >= completions
            : succeeded > 0 && owned.TrueForAll(pod => !PodFacts.IsActive(pod));
        return complete ? ("Complete", "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    /// <summary>After failures a job waits 10 s, 20 s, … before the next pod.</summary>
    private TimeSpan? BackOff(List<JsonObject> owned, int failed)
    {
        if (failed == 0)
        {
            return null;
        }
        var last = owned.Where(pod => pod.Str("status", "phase") == "Failed")
            .SelectMany(pod => pod.Arr("status", "containerStatuses") ?? [])
            .Select(status => DateTimeOffset.TryParse(status.Str("state", "terminated", "finishedAt"), out var end) ? end : default).Max();
        var wait = TimeSpan.FromSeconds(Math.Min(600, 10 * Math.Pow(2, Math.Min(failed - 1, 10)))) - (TimeProvider.GetUtcNow() - last);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private TimeSpan? ExpireFinished(JsonObject job)
    {
        if (job.Long("spec", "ttlSecondsAfterFinished") is not { } ttl)
        {
            return null;
        }
        string? finished = job.Str("status", "completionTime") ?? Conditions.Get(job, "Failed").Str("lastTransitionTime");
        var left = TimeSpan.FromSeconds(ttl)
            - (TimeProvider.GetUtcNow() - (DateTimeOffset.TryParse(finished, out var at) ? at : TimeProvider.GetUtcNow()));
        if (left > TimeSpan.Zero)
        {
            return left;
        }
        Store.Delete(Jobs, job.Namespace(), job.Name(), new DeleteOptions { PropagationPolicy = "Foreground" });
        return null;
    }

    private void WriteStatus(
        JsonObject job, (string Type, string Reason, string Message)? outcome, List<JsonObject> active, int succeeded, int failed)
    {
        string now = PodStatus.Time(TimeProvider.GetUtcNow());
        Store.Mutate(Jobs, job.Namespace(), job.Name(), stored =>
        {
            var status = new JsonObject { ["startTime"] = stored.Str("status", "startTime") ?? now };
            status.AddCount("active", active.Count);
            status.AddCount("succeeded", succeeded);
            status.AddCount("failed", failed);
            status["terminating"] = 0;
            status["uncountedTerminatedPods"] = new JsonObject();
            status["ready"] = active.Count(PodFacts.IsReady);
            if (outcome is var (type, reason, message))
            {
                string first = type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
                status["conditions"] = new JsonArray(Condition(first, reason, message, now), Condition(type, reason, message, now));
                if (type == "Complete")
                {
                    status["completionTime"] = now;
                }
            }
            stored["status"] = status;
            return true;
        }, statusOnly: true);
        if (outcome is { } ended)
        {
            events.Write(job, ended.Type == "Complete" ? "Normal" : "Warning",
                ended.Type == "Complete" ? "Completed" : ended.Reason,
                ended.Type == "Complete" ? "Job completed" : ended.Message, "job-controller");
        }
    }

    private static bool IsFinished(JsonObject job) =>
        ((string[])["Complete", "Failed"]).Any(type => Conditions.Get(job, type).Str("status") == "True");

    private static JsonObject Condition(string type, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["lastProbeTime"] = now,
        ["lastTransitionTime"] = now,
        ["reason"] = reason,
        ["message"] = message,
    };
}
