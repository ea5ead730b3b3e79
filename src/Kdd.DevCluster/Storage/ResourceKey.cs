namespace Kdd.DevCluster.Storage;

/// <summary>A stored resource: API group ("" is the core group) and plural name. Versions share one storage.</summary>
public readonly record struct ResourceKey(string Group, string Resource)
{
    /// <summary>The form of error messages: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}
