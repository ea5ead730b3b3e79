namespace Kdd.DevCluster.Storage;

/// <summary>meta/v1 DeleteOptions as far as the store acts on them.</summary>
public sealed record DeleteOptions
{
    /// <summary>Options that remove a pod at once, as the kubelet does when its containers are gone.</summary>
    public static DeleteOptions Immediate { get; } = new() { GracePeriodSeconds = 0 };

    /// <summary>Seconds a pod has to stop; null takes the pod's own terminationGracePeriodSeconds. 0 removes at once.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Background (default), Foreground or Orphan.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>The uid that the object must have; another is a Conflict.</summary>
    public string? PreconditionUid { get; init; }

    /// <summary>The resourceVersion that the object must have; another is a Conflict.</summary>
    public string? PreconditionResourceVersion { get; init; }

    /// <summary>Validate and answer, but change nothing.</summary>
    public bool DryRun { get; init; }
}
