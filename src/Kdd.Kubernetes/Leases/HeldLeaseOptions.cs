namespace Kdd.Kubernetes.Leases;

/// <summary>What a holder writes into its Lease, and how often.</summary>
public sealed record HeldLeaseOptions
{
    public required NamespacedName Name { get; init; }
    public required string Holder { get; init; }
    public required string FieldManager { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Read at each renewal.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Annotations { get; init; }
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Not renewed for this long: <see cref="HeldLease.IsValid"/> turns false, before any observer takes the holder for gone.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);
}
