namespace Kdd.Kubernetes;

/// <summary>A resource as its REST path names it. <see cref="Group"/> is empty for the core group.</summary>
public readonly record struct ResourceType(string Group, string Version, string Plural, bool Namespaced = true)
{
    /// <summary><c>v1</c>.</summary>
    public static readonly ResourceType Pods = new("", "v1", "pods");

    /// <summary><c>coordination.k8s.io/v1</c>.</summary>
    public static readonly ResourceType Leases = new("coordination.k8s.io", "v1", "leases");

    /// <summary><c>events.k8s.io/v1</c>.</summary>
    public static readonly ResourceType Events = new("events.k8s.io", "v1", "events");

    /// <summary><c>authentication.k8s.io/v1</c>, only ever created.</summary>
    public static readonly ResourceType TokenReviews = new("authentication.k8s.io", "v1", "tokenreviews", Namespaced: false);

    /// <summary><c>authorization.k8s.io/v1</c>, only ever created.</summary>
    public static readonly ResourceType SubjectAccessReviews = new("authorization.k8s.io", "v1", "subjectaccessreviews", Namespaced: false);

    /// <summary>As in a manifest: <c>apps/v1</c>, <c>v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As kubectl names it: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
