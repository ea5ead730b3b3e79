using System.Globalization;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet.Pods;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>Makes a Job at every time of a schedule, and keeps as many finished ones as asked for.</summary>
internal sealed class CronJobController(
    ObjectStore store, EventWriter events, TimeProvider timeProvider, ILogger<CronJobController> logger)
    : ControllerLoop(store, timeProvider, logger)
{
    private static readonly ResourceKey CronJobs = new("batch", "cronjobs");
    private static readonly ResourceKey Jobs = new("batch", "jobs");

    protected override IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources =>
        [(CronJobs, Itself), (Jobs, ControllerOf("CronJob"))];

    protected override TimeSpan? Reconcile(ObjectName name)
    {
        if (Store.Get(CronJobs, name.Namespace, name.Name) is not { } cron || Owners.IsBeingDeleted(cron))
        {
            return null;
        }
        CronSchedule schedule;
        try
        {
            schedule = CronSchedule.Parse(cron.Str("spec", "schedule") ?? "");
        }
        catch (FormatException e)
        {
            events.Write(cron, "Warning", "UnparseableSchedule",
                $"unparseable schedule: {cron.Str("spec", "schedule")}: {e.Message}", "cronjob-controller");
            return null;
        }
        var now = TimeProvider.GetUtcNow();
        var jobs = Store.List(Jobs, cron.Namespace()).Where(job => Owners.IsControlledBy(job, cron)).ToList();
        CleanUp(cron, jobs);
        var due = Due(cron, schedule, now);
        bool run = due is not null && cron.Bool("spec", "suspend") != true && MayRun(cron, jobs);
        if (run)
        {
            jobs.Add(Run(cron, due!.Value));
        }
        WriteStatus(cron, jobs, run ? due : null);
        return schedule.Next(now) is { } next ? next - now : null;
    }

    /// <summary>The latest time of the schedule that has passed and was not run.</summary>
    private static DateTimeOffset? Due(JsonObject cron, CronSchedule schedule, DateTimeOffset now)
    {
        var since = DateTimeOffset.TryParse(cron.Str("status", "lastScheduleTime"), CultureInfo.InvariantCulture, out var last) ? last
            : DateTimeOffset.TryParse(cron.Str("metadata", "creationTimestamp"), CultureInfo.InvariantCulture, out var created) ? created : now;
        DateTimeOffset? due = null;
        for (var time = schedule.Next(since); time <= now; time = schedule.Next(time.Value))
        {
            due = time;
        }
        bool late = cron.Long("spec", "startingDeadlineSeconds") is { } limit && due is { } at && now - at > TimeSpan.FromSeconds(limit);
        return late ? null : due;
    }

    private bool MayRun(JsonObject cron, List<JsonObject> jobs)
    {
        var active = jobs.Where(IsActive).ToList();
        switch (cron.Str("spec", "concurrencyPolicy"))
        {
            case "Forbid":
                return active.Count == 0;
            case "Replace":
                foreach (var job in active)
                {
                    Store.Delete(Jobs, job.Namespace(), job.Name());
                }
                return true;
            default:
                return true;
        }
    }

    private JsonObject Run(JsonObject cron, DateTimeOffset time)
    {
        string name = $"{cron.Name()}-{(time.ToUnixTimeSeconds() / 60).ToString(CultureInfo.InvariantCulture)}";
        var template = cron.Obj("spec", "jobTemplate");
        var metadata = (JsonObject)(template.Obj("metadata") ?? []).DeepClone();
        metadata["name"] = name;
        metadata["namespace"] = cron.Namespace();
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(cron));
        if (metadata.Obj("annotations") is not { } annotations)
        {
            annotations = [];
            metadata["annotations"] = annotations;
        }
        annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = PodStatus.Time(time);
        try
        {
            var job = Store.Create(Jobs, new JsonObject
            {
                ["kind"] = "Job",
                ["apiVersion"] = "batch/v1",
                ["metadata"] = metadata,
                ["spec"] = template.Obj("spec")?.DeepClone(),
            });
            events.Write(cron, "Normal", "SuccessfulCreate", $"Created job {name}", "cronjob-controller");
            return job;
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            return Store.Get(Jobs, cron.Namespace(), name)!;
        }
    }

    private void CleanUp(JsonObject cron, List<JsonObject> jobs)
    {
        foreach (var (type, field, standard) in
                 (ReadOnlySpan<(string, string, long)>)[("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1)])
        {
            var old = jobs.Where(job => Conditions.Get(job, type).Str("status") == "True")
                .OrderByDescending(job => job.Str("metadata", "creationTimestamp"), StringComparer.Ordinal)
                .Skip((int)(cron.Long("spec", field) ?? standard)).ToList();
            foreach (var job in old)
            {
                Store.Delete(Jobs, job.Namespace(), job.Name());
                jobs.Remove(job);
            }
        }
    }

    private void WriteStatus(JsonObject cron, List<JsonObject> jobs, DateTimeOffset? ran)
    {
        Store.Mutate(CronJobs, cron.Namespace(), cron.Name(), stored =>
        {
            var status = new JsonObject();
            var active = jobs.Where(IsActive).Select(job => new JsonObject
            {
                ["kind"] = "Job",
                ["namespace"] = job.Namespace(),
                ["name"] = job.Name(),
                ["uid"] = job.Uid(),
                ["apiVersion"] = "batch/v1",
                ["resourceVersion"] = job.Str("metadata", "resourceVersion"),
            }).ToArray<JsonNode>();
            if (active.Length > 0)
            {
                status["active"] = new JsonArray(active);
            }
            if (ran is { } time)
            {
                status["lastScheduleTime"] = PodStatus.Time(time);
            }
            else if (stored.Str("status", "lastScheduleTime") is { } before)
            {
                status["lastScheduleTime"] = before;
            }
            string? success = jobs.Select(job => job.Str("status", "completionTime")).Append(stored.Str("status", "lastSuccessfulTime"))
                .Max(StringComparer.Ordinal);
            if (success is not null)
            {
                status["lastSuccessfulTime"] = success;
            }
            stored["status"] = status;
            return true;
        }, statusOnly: true);
    }

    private static bool IsActive(JsonObject job) =>
        Conditions.Get(job, "Complete").Str("status") != "True" && Conditions.Get(job, "Failed").Str("status") != "True";
}
