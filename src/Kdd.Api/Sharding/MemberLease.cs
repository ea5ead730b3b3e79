namespace Kdd.Api.Sharding;

/// <summary>
/// How an operator replica says that it lives: a <c>coordination.k8s.io/v1</c> Lease in kdd's own namespace, renewed
/// every <see cref="RenewInterval"/> and deleted on a graceful stop.
/// </summary>
public static class MemberLease
{
    public const string NamePrefix = "kdd-member-";

    public const string LabelKey = "kdd.dev/member";
    public const string LabelValue = "operator";

    /// <summary>Selects the Leases of all members.</summary>
    public const string LabelSelector = LabelKey + "=" + LabelValue;

    /// <summary><c>ip:port</c> of the member's internal endpoint.</summary>
    public const string AddressAnnotation = "kdd.dev/address";

    /// <summary>16 hex digits, new at each process start.</summary>
    public const string EpochAnnotation = "kdd.dev/epoch";

    /// <summary>Lower-case hex SHA-256 of the SubjectPublicKeyInfo of the certificate that <see cref="AddressAnnotation"/> presents.</summary>
    public const string SpkiSha256Annotation = "kdd.dev/spki-sha256";

    /// <summary>Also how long an observer takes a member for live after it last saw renewTime change, on its own monotonic clock.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(5);

    /// <summary>A member that could not renew for this long writes no status any more; others take over 5 s later.</summary>
    public static readonly TimeSpan RenewDeadline = TimeSpan.FromSeconds(10);

    /// <summary>The name of the Lease of <paramref name="member"/> (its holderIdentity).</summary>
    public static string NameOf(string member) => NamePrefix + member;
}
