using Kdd.Api.Wire;
using Kdd.Operator.Streaming;

namespace Kdd.Operator.Sessions;

/// <summary>What happened to a pod between two looks at it.</summary>
internal static class PodChanges
{
    /// <param name="before">Null: the pod is new.</param>
    /// <param name="after">Null: the pod is gone.</param>
    /// <param name="now">Unix ns; for what has no time of its own.</param>
    public static IEnumerable<LifecycleChange> Between(PodRecord? before, PodRecord? after, long now)
    {
        if (after is null)
        {
            yield return new LifecycleChange(now, before!.Name, null, LifecycleKinds.Deleted);
            yield break;
        }

        if (after.NodeName is not null && before?.NodeName is null)
        {
            yield return new LifecycleChange(now, after.Name, null, LifecycleKinds.Scheduled);
        }

        foreach (ContainerRecord container in after.Containers)
        {
            ContainerRecord? earlier = before?.Containers.FirstOrDefault(candidate => candidate.Name == container.Name);
            foreach (LifecycleChange change in Between(after.Name, earlier, container, now))
            {
                yield return change;
            }
        }

        if (after.Phase == "Failed" && after.Reason == "Evicted" && before?.Reason != "Evicted")
        {
            yield return new LifecycleChange(now, after.Name, null, LifecycleKinds.Evicted, after.Reason);
        }

        if (after.Ready != (before?.Ready ?? false))
        {
            yield return new LifecycleChange(now, after.Name, null, after.Ready ? LifecycleKinds.Ready : LifecycleKinds.NotReady);
        }
    }

    private static IEnumerable<LifecycleChange> Between(string pod, ContainerRecord? before, ContainerRecord after, long now)
    {
        if (before?.Image is not null && after.Image is not null && before.Image != after.Image)
        {
            yield return new LifecycleChange(now, pod, after.Name, LifecycleKinds.ImageChanged, after.Image);
        }

        int restarts = before?.RestartCount ?? 0;
        if (after.RestartCount > restarts && before?.Phase is ContainerPhase.Running && after.LastTerminated is { } last)
        {
            // The status went from one running instance to the next without showing the end between.
            yield return new LifecycleChange(Of(last.FinishedAt, now), pod, after.Name, LifecycleKinds.Terminated, last.Reason, last.ExitCode);
        }

        if (after.Phase is ContainerPhase.Running && (before?.Phase is not ContainerPhase.Running || after.RestartCount > restarts))
        {
            string what = after.RestartCount > 0 ? LifecycleKinds.Restarted : LifecycleKinds.Started;
            yield return new LifecycleChange(Of(after.StartedAt, now), pod, after.Name, what, what == LifecycleKinds.Restarted ? after.LastTerminated?.Reason : null);
        }

        if (after.Phase is ContainerPhase.Terminated && (before?.Phase is not ContainerPhase.Terminated || after.RestartCount > restarts))
        {
            yield return new LifecycleChange(Of(after.FinishedAt, now), pod, after.Name, LifecycleKinds.Terminated, after.Reason, after.ExitCode);
        }
    }

    private static long Of(DateTimeOffset? time, long now) => time is { } known ? UnixNanoseconds.From(known) : now;
}
