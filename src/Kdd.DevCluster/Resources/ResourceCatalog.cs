using System.Collections.Immutable;

namespace Kdd.DevCluster.Resources;

/// <summary>All resources that are served now: the built-in ones and those of the CRDs. Changes swap whole snapshots.</summary>
internal sealed class ResourceCatalog
{
    private volatile Snapshot _snapshot = new(BuiltInResources.All, 0);

    /// <summary>Rises with every change; part of the ETags of discovery and OpenAPI.</summary>
    public int Generation => _snapshot.Generation;

    public IReadOnlyList<ApiResource> All => _snapshot.Resources;

    /// <summary>The resource of a path; null when it is not served.</summary>
    public ApiResource? Find(string group, string version, string resource) =>
        _snapshot.ByPath.GetValueOrDefault((group, version, resource));

    /// <summary>The resource of a kind; null when it is not served.</summary>
    public ApiResource? FindKind(string apiVersion, string kind) => All.FirstOrDefault(r => r.Kind == kind && r.ApiVersion == apiVersion);

    /// <summary>Any version of a stored resource.</summary>
    public ApiResource? Find(Storage.ResourceKey storage) => All.FirstOrDefault(r => r.Storage == storage && r.Key == storage);

    public bool HasGroupVersion(string group, string version) => All.Any(r => r.Group == group && r.Version == version);

    /// <summary>Replaces the versions of a CRD; none removes it.</summary>
    public void Set(Storage.ResourceKey key, IEnumerable<ApiResource> versions)
    {
        lock (this)
        {
            var kept = _snapshot.Resources.Where(r => !(r.IsCustom && r.Key == key));
            _snapshot = new Snapshot([.. kept, .. versions], _snapshot.Generation + 1);
        }
    }

    private sealed class Snapshot(IReadOnlyList<ApiResource> resources, int generation)
    {
        public IReadOnlyList<ApiResource> Resources { get; } = resources;

        public int Generation { get; } = generation;

        public ImmutableDictionary<(string, string, string), ApiResource> ByPath { get; } =
            resources.ToImmutableDictionary(r => (r.Group, r.Version, r.Resource));
    }
}
