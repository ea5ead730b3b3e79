namespace Kdd.DevCluster.Identity;

/// <summary>authentication.k8s.io/v1 UserInfo.</summary>
/// <param name="Name">User name, such as <c>system:serviceaccount:shop:default</c>.</param>
/// <param name="Groups">Groups, <c>system:authenticated</c> included.</param>
public sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    /// <summary>A request without credentials.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>Uid of a service account; "" for users.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Extra fields, such as the pod that a token is bound to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}
