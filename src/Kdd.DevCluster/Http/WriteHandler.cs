using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>POST, PUT and PATCH of objects.</summary>
internal sealed class WriteHandler(ObjectStore store, WritePipeline pipeline, ReadHandler reads)
{
    // Attempts of a patch without a resourceVersion against concurrent writers (apiserver's maxPatchRetries).
    private const int PatchAttempts = 5;

    // Kinds whose PUT must name the version it replaces (AllowUnconditionalUpdate is false).
    private static readonly HashSet<ResourceKey> Conditional =
        [new("coordination.k8s.io", "leases"), new("apiextensions.k8s.io", "customresourcedefinitions"), new("policy", "poddisruptionbudgets")];

    public async Task CreateAsync(ApiRequest request, ApiResource resource)
    {
        var http = request.Http;
        var negotiation = Negotiation.Of(http.Request);
        var options = WriteOptions.Of(http.Request, "CreateOptions");
        var duplicates = new List<string>();
        var obj = RequestBody.Decode(await RequestBody.ReadAsync(http), MediaType(http, resource), resource.Kind, duplicates);
        var warnings = new List<string>();
        obj = Accept(request, resource, obj, options, duplicates, warnings);
        var created = pipeline.Create(resource, obj, options);
        Responses.AddWarnings(http, warnings);
        await reads.WriteAsync(request, resource, 201, ObjectViews.Of(resource, created), negotiation);
    }

    public async Task UpdateAsync(ApiRequest request, ApiResource resource)
    {
        var http = request.Http;
        var negotiation = Negotiation.Of(http.Request);
        var options = WriteOptions.Of(http.Request, "UpdateOptions");
        var duplicates = new List<string>();
        var obj = RequestBody.Decode(await RequestBody.ReadAsync(http), MediaType(http, resource), resource.Kind, duplicates);
        var warnings = new List<string>();
        obj = Accept(request, resource, obj, options, duplicates, warnings);
        var named = obj.Name();
        if (named != request.Info.Name)
        {
            throw Errors.BadRequest(named.Length == 0
                ? $"name must be provided in the object: the name on the URL is {request.Info.Name}"
                : $"the name of the object ({named}) does not match the name on the URL ({request.Info.Name})");
        }

        var current = store.Find(resource.Storage, NamespaceOf(request, resource), named) ?? throw Errors.NotFound(resource.Key, named);
        if (string.IsNullOrEmpty(obj.Str("metadata", "resourceVersion")) && (resource.IsCustom || Conditional.Contains(resource.Key)))
        {
            throw Errors.Invalid(resource.Group, resource.Resource, named,
                [FieldError.Invalid("metadata.resourceVersion", 0, "must be specified for an update")]);
        }

        var updated = pipeline.Update(resource, current, obj, Subresource(request), options);
        Responses.AddWarnings(http, warnings);
        await reads.WriteAsync(request, resource, 200, ObjectViews.Of(resource, updated), negotiation);
    }

    public async Task PatchAsync(ApiRequest request, ApiResource resource)
    {
        var http = request.Http;
        var negotiation = Negotiation.Of(http.Request);
        var options = WriteOptions.Of(http.Request, "PatchOptions");
        var patch = PatchApplier.Read(await RequestBody.ReadAsync(http), RequestBody.MediaType(http.Request), resource, http.Request.Query["fieldManager"].ToString());
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var warnings = new List<string>();
                var (code, patched) = Patch(request, resource, patch, options, warnings);
                Responses.AddWarnings(http, warnings);
                await reads.WriteAsync(request, resource, code, ObjectViews.Of(resource, patched), negotiation);
                return;
            }
            catch (ApiException e) when (e is { Code: 409, Reason: "Conflict" } && attempt < PatchAttempts && !patch.NamesVersion && !patch.IsApply)
            {
                // Another writer came between; the patch applies to its result as well.
            }
        }
    }

    private (int Code, JsonObject Object) Patch(
        ApiRequest request, ApiResource resource, Patch patch, WriteOptions options, List<string> warnings)
    {
        var info = request.Info;
        var current = store.Find(resource.Storage, NamespaceOf(request, resource), info.Name);
        if (patch.IsApply)
        {
            if (current is null && info.Subresource.Length > 0)
            {
                throw Errors.NotFound(resource.Key, info.Name);
            }

            var applied = PatchApplier.Apply(patch, current?.Object, resource, info, pipeline.Writer(resource, options, Subresource(request)), options.Force);
            applied = Accept(request, resource, applied, options, [], warnings);
            return current is null
                ? (201, pipeline.Create(resource, applied, options, owned: true))
                : (200, pipeline.Update(resource, current, applied, Subresource(request), options, owned: true));
        }

        if (current is null)
        {
            throw Errors.NotFound(resource.Key, info.Name);
        }

        var next = PatchApplier.Patched(patch, ObjectViews.Of(resource, current.Object), resource);
        next = Accept(request, resource, next, options, [], warnings);
        if (next.Name() != info.Name)
        {
            throw Errors.BadRequest($"the name of the object ({next.Name()}) does not match the name on the URL ({info.Name})");
        }

        return (200, pipeline.Update(resource, current, next, Subresource(request), options));
    }

    // Kind, namespace and fields fit; from here on the object is in its stored version.
    private static JsonObject Accept(
        ApiRequest request, ApiResource resource, JsonObject obj, WriteOptions options, List<string> duplicates, List<string> warnings)
    {
        if (resource.IsCustom && options.FieldValidation == "Warn" && obj.Str("apiVersion") is { } version && version != resource.ApiVersion)
        {
            // Of a version that is not served nothing is known, so that every field is unknown.
            Responses.AddWarnings(request.Http, obj.Select(p => p.Key).Where(k => k is not ("apiVersion" or "kind" or "metadata")).Select(k => $"unknown field \"{k}\""));
        }

        ObjectDecoder.CheckKind(obj, resource);
        ObjectDecoder.Normalise(obj, resource, options.FieldValidation, duplicates, warnings);
        var metadata = obj.Metadata();
        if (!resource.Namespaced)
        {
            if (metadata.Str("namespace") is { Length: > 0 })
            {
                throw Errors.BadRequest("namespace must be empty for a cluster-scoped object");
            }

            metadata.Remove("namespace");
            return ObjectViews.ToStored(resource, obj);
        }

        if (metadata.Str("namespace") is { Length: > 0 } ns && ns != request.Info.Namespace)
        {
            throw Errors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        metadata["namespace"] = request.Info.Namespace;
        return ObjectViews.ToStored(resource, obj);
    }

    private static string MediaType(HttpContext http, ApiResource resource)
    {
        var type = RequestBody.MediaType(http.Request);
        return resource.IsCustom && type == "application/vnd.kubernetes.protobuf"
            ? throw RequestBody.UnsupportedMediaType("application/json, application/yaml")
            : type;
    }

    private static string Subresource(ApiRequest request) => request.Info.Subresource == "finalize" ? "" : request.Info.Subresource;

    private static string? NamespaceOf(ApiRequest request, ApiResource resource) => resource.Namespaced ? request.Info.Namespace : null;
}
