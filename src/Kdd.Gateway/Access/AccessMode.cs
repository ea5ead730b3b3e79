namespace Kdd.Gateway.Access;

/// <summary>How the gateway learns who asks, and with whose rights it acts. <c>oidc</c> and <c>proxy</c> have their place here when they come.</summary>
public enum AccessMode
{
    /// <summary>A Kubernetes bearer token, or a session cookie that holds one; every stream needs the user's own RBAC rights.</summary>
    Kubernetes,

    /// <summary>No sign-in: every request acts with credentials named at start. Only on loopback.</summary>
    None,
}
