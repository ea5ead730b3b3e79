using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Discovery;

/// <summary>/api, /apis and what lies right below: which groups, versions and resources there are.</summary>
internal sealed class DiscoveryHandler(ResourceCatalog catalog) : IRequestHandler
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public bool Handles(RequestInfo info) => !info.IsResourceRequest && info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["api" or "apis", ..];

    public Task HandleAsync(ApiRequest request)
    {
        var http = request.Http;
        if (http.Request.Method != "GET")
        {
            throw ResourceHandler.MethodNotAllowed();
        }

        var path = request.Info.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var wantsAll = http.Request.Headers.Accept.ToString().Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal);
        switch (path)
        {
            case [var root] when wantsAll && http.Request.Headers.Accept.ToString().Contains("v=v2;", StringComparison.Ordinal):
                return WriteAggregatedAsync(http, root == "api");
            case ["api"]:
                return request.WriteObjectAsync(200, new JsonObject
                {
                    ["kind"] = "APIVersions",
                    ["versions"] = new JsonArray("v1"),
                    ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = http.Request.Host.Value }),
                });
            case ["apis"]:
                return request.WriteObjectAsync(200, new JsonObject
                {
                    ["kind"] = "APIGroupList",
                    ["apiVersion"] = "v1",
                    ["groups"] = new JsonArray([.. Groups().Select(g => (JsonNode)Group(g))]),
                });
            case ["api", "v1"]:
                return request.WriteObjectAsync(200, Resources("", "v1"));
            case ["apis", var group] when Groups().Contains(group):
                var found = Group(group);
                found["kind"] = "APIGroup";
                found["apiVersion"] = "v1";
                return request.WriteObjectAsync(200, found);
            case ["apis", var group, var version] when catalog.HasGroupVersion(group, version):
                return request.WriteObjectAsync(200, Resources(group, version));
            default:
                return Responses.WriteNotFoundPageAsync(http);
        }
    }

    private IEnumerable<string> Groups() => catalog.All.Where(r => r.Group.Length > 0).Select(r => r.Group).Distinct();

    private IEnumerable<string> Versions(string group) =>
        catalog.All.Where(r => r.Group == group).Select(r => r.Version).Distinct().OrderDescending(ApiVersionOrder.Instance);

    private JsonObject Group(string group)
    {
        JsonObject Version(string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
        var versions = Versions(group).ToList();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)Version(v))]),
            ["preferredVersion"] = Version(versions[0]),
        };
    }

    private JsonObject Resources(string group, string version)
    {
        var list = new JsonArray();
        foreach (var resource in catalog.All.Where(r => r.Group == group && r.Version == version).OrderBy(r => r.Resource, StringComparer.Ordinal))
        {
            var json = new JsonObject
            {
                ["name"] = resource.Resource,
                ["singularName"] = resource.Singular,
                ["namespaced"] = resource.Namespaced,
                ["kind"] = resource.Kind,
                ["verbs"] = Strings(resource.IsCustom ? SubresourceKinds.CustomVerbs : resource.Verbs),
            };
            AddNames(json, resource);
            if (resource.HasStorage)
            {
                json["storageVersionHash"] = StorageVersionHash(resource);
            }

            list.Add((JsonNode)json);
            foreach (var subresource in resource.Subresources.Order(StringComparer.Ordinal))
            {
                var (subGroup, subVersion, kind, verbs) = SubresourceKinds.Of(resource, subresource);
                var entry = new JsonObject { ["name"] = $"{resource.Resource}/{subresource}", ["singularName"] = "", ["namespaced"] = resource.Namespaced, ["kind"] = kind, ["verbs"] = Strings(verbs) };
                if (subGroup is not null)
                {
                    entry["group"] = subGroup;
                    entry["version"] = subVersion;
                }

                list.Add((JsonNode)entry);
            }
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = list,
        };
    }

    private Task WriteAggregatedAsync(HttpContext http, bool core)
    {
        IEnumerable<string> groups = core ? [""] : Groups();
        var items = new JsonArray([.. groups.Select(g => (JsonNode)new JsonObject
        {
            ["metadata"] = g.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = g },
            ["versions"] = new JsonArray([.. Versions(g).Select(v => (JsonNode)AggregatedVersion(g, v))]),
        })]);
        var body = Json.ToUtf8(new JsonObject { ["kind"] = "APIGroupDiscoveryList", ["apiVersion"] = "apidiscovery.k8s.io/v2", ["metadata"] = new JsonObject(), ["items"] = items });
        var etag = $"\"{Convert.ToHexString(SHA512.HashData(body))}\"";
        http.Response.Headers.ETag = etag;
        http.Response.Headers.Vary = "Accept";
        if (http.Request.Headers.IfNoneMatch == etag)
        {
            http.Response.StatusCode = 304;
            return Task.CompletedTask;
        }

        return Responses.WriteBytesAsync(http, 200, Aggregated, body);
    }

    private JsonObject AggregatedVersion(string group, string version) => new()
    {
        ["version"] = version,
        ["freshness"] = "Current",
        ["resources"] = new JsonArray([.. catalog.All.Where(r => r.Group == group && r.Version == version).OrderBy(r => r.Resource, StringComparer.Ordinal).Select(Entry)]),
    };

    private static JsonNode Entry(ApiResource resource)
    {
        var entry = new JsonObject
        {
            ["resource"] = resource.Resource,
            ["responseKind"] = Kind(resource.IsCustom ? resource.Group : "", resource.IsCustom ? resource.Version : "", resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Strings(resource.IsCustom ? SubresourceKinds.CustomVerbs : resource.Verbs),
        };
        AddNames(entry, resource);
        if (resource.Subresources.Count > 0)
        {
            entry["subresources"] = new JsonArray([.. resource.Subresources.Order(StringComparer.Ordinal).Select(name =>
            {
                var (group, version, kind, verbs) = SubresourceKinds.Of(resource, name);
                return (JsonNode)new JsonObject
                {
                    ["subresource"] = name,
                    ["responseKind"] = Kind(group ?? (resource.IsCustom ? resource.Group : ""), version ?? (resource.IsCustom ? resource.Version : ""), kind),
                    ["verbs"] = Strings(verbs),
                };
            })]);
        }

        return entry;
    }

    private static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static void AddNames(JsonObject entry, ApiResource resource)
    {
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Strings(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = Strings(resource.Categories);
        }
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static string StorageVersionHash(ApiResource resource) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{resource.Group}/{resource.StorageVersion}/{resource.Kind}"))[..8]);
}
