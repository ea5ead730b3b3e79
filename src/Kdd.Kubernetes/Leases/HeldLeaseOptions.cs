namespace Kdd.Kubernetes.Leases;

/// <summary>What a holder writes into its Lease, and how often.</summary>
public sealed record HeldLeaseOptions
{
    /// <summary>Of the Lease object.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>Written as <c>holderIdentity</c>.</summary>
    public required string Holder { get; init; }

    /// <summary>Of the server-side apply that renews (KEP-555).</summary>
    public required string FieldManager { get; init; }

    /// <summary>By which a <see cref="LeaseObserver"/> selects; null: none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Read at each renewal.</summary>
    public Func<IReadOnlyDictionary<string, string>>? Annotations { get; init; }

    /// <summary>Written as <c>leaseDurationSeconds</c>; whole seconds.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between two renewals, and how long one may take.</summary>
    public TimeSpan RenewInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Not renewed for this long: <see cref="HeldLease.IsValid"/> turns false, before any observer takes the holder for gone.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);
}
