using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>Serves everything that is plain storage: the generic registry of the API server.</summary>
internal sealed class ResourceHandler(
    ResourceCatalog catalog, ObjectStore store, ReadHandler reads, WatchHandler watches, WriteHandler writes, DeleteHandler deletes, ScaleHandler scale)
    : IRequestHandler
{
    private static readonly string[] StorageSubresources = ["", "status", "scale", "finalize", "binding", "eviction"];

    public bool Handles(RequestInfo info) => info.IsResourceRequest;

    public Task HandleAsync(ApiRequest request)
    {
        var info = request.Info;
        var resource = catalog.Find(info.Group, info.Version, info.Resource);
        if (resource is null || (!resource.Namespaced && info.Namespace.Length > 0 && info.Resource != "namespaces"))
        {
            return Responses.WriteNotFoundPageAsync(request.Http);
        }

        if (info.Subresource.Length > 0 && (!resource.Subresources.Contains(info.Subresource) || !StorageSubresources.Contains(info.Subresource)))
        {
            throw resource.Subresources.Contains(info.Subresource)
                ? new ApiException(501, "NotImplemented", $"{info.Resource}/{info.Subresource} is not served by DevCluster")
                : Errors.NotFound(resource.Key, info.Name);
        }

        if (!resource.HasStorage)
        {
            throw MethodNotAllowed();
        }

        return info.Subresource == "scale" ? scale.HandleAsync(request, resource) : HandleStorageAsync(request, resource);
    }

    private Task HandleStorageAsync(ApiRequest request, ApiResource resource)
    {
        var info = request.Info;
        var named = info.Name.Length > 0;
        return (request.Http.Request.Method, info.Verb) switch
        {
            ("HEAD", _) => throw MethodNotAllowed(),
            (_, "watch") when !named => watches.ServeAsync(request, resource),
            (_, "watch") when request.Http.Request.Path.Value!.Contains("/watch/", StringComparison.Ordinal) => watches.ServeAsync(request, resource),
            (_, "get" or "watch") => reads.GetAsync(request, resource),
            (_, "list") => reads.ListAsync(request, resource),
            (_, "create") when !named && (!resource.Namespaced || info.Namespace.Length > 0) => writes.CreateAsync(request, resource),
            (_, "create") when info.Subresource is "binding" => BindAsync(request, resource),
            (_, "create") when info.Subresource is "eviction" => EvictAsync(request, resource),
            (_, "update") when named => writes.UpdateAsync(request, resource),
            (_, "patch") when named => writes.PatchAsync(request, resource),
            (_, "delete") when info.Subresource.Length == 0 => deletes.DeleteAsync(request, resource),
            (_, "deletecollection") when resource.Verbs.Contains("deletecollection") => deletes.DeleteCollectionAsync(request, resource),
            _ => throw MethodNotAllowed(),
        };
    }

    private async Task BindAsync(ApiRequest request, ApiResource resource)
    {
        var binding = await request.ReadObjectAsync();
        var node = binding.Str("target", "name") ?? throw Errors.BadRequest("target.name: must name the node to bind to");
        var pod = store.Mutate(resource.Storage, request.Info.Namespace, request.Info.Name, p =>
        {
            p.Child("spec")["nodeName"] = node;
            return true;
        });
        await request.WriteObjectAsync(201, pod is null ? throw Errors.NotFound(resource.Key, request.Info.Name) : Statuses.Success(null));
    }

    private async Task EvictAsync(ApiRequest request, ApiResource resource)
    {
        if (!store.Delete(resource.Storage, request.Info.Namespace, request.Info.Name))
        {
            throw Errors.NotFound(resource.Key, request.Info.Name);
        }

        await request.WriteObjectAsync(201, Statuses.Success(null));
    }

    internal static ApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);
}
