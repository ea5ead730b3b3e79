using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Patching;
using Kdd.DevCluster.Schemas;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Resources;

/// <summary>What a write goes through before storage: namespace, strategy, ownership, validation, admission.</summary>
internal sealed class WritePipeline(ObjectStore store, Admission admission, TimeProvider timeProvider)
{
    /// <summary>Stores a new object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="obj">Normalised; changed in place.</param>
    /// <param name="options">Of the request.</param>
    /// <param name="owned">True when its managedFields are already decided, as after an apply.</param>
    /// <exception cref="ApiException">404 for the namespace, 409, 422, 403 by admission.</exception>
    public JsonObject Create(ApiResource resource, JsonObject obj, WriteOptions options, bool owned = false)
    {
        if (resource.Namespaced)
        {
            admission.CheckNamespace(resource, obj);
        }

        Strategies.PrepareCreate(resource, obj);
        var metadata = obj.Metadata();
        metadata.Remove("resourceVersion");
        if (!owned)
        {
            metadata.Remove("managedFields");
        }

        ObjectRules.PrepareCreate(resource.Storage, obj, timeProvider);
        if (!owned)
        {
            FieldOwnership.Own(resource, null, obj, Writer(resource, options, ""));
        }

        ObjectRules.Complete(resource.Storage, obj);
        Validate(resource, obj, null);
        admission.Admit(resource, obj);
        if (options.DryRun)
        {
            return store.Get(resource.Storage, obj.Namespace(), obj.Name()) is null ? obj : throw Errors.AlreadyExists(resource.Key, obj.Name());
        }

        return store.InsertPrepared(resource.Storage, obj, resource.Key).Object;
    }

    /// <summary>Stores a new version of an object.</summary>
    /// <param name="resource">Its resource.</param>
    /// <param name="current">What is stored now.</param>
    /// <param name="next">Normalised; changed in place.</param>
    /// <param name="subresource">status, or "".</param>
    /// <param name="options">Of the request.</param>
    /// <param name="owned">True when its managedFields are already decided, as after an apply.</param>
    /// <exception cref="ApiException">409 when current is stale, 422.</exception>
    public JsonObject Update(ApiResource resource, StoredObject current, JsonObject next, string subresource, WriteOptions options, bool owned = false)
    {
        var old = current.Object;
        if (next.Str("metadata", "uid") is { Length: > 0 } uid && uid != old.Uid())
        {
            throw Errors.Conflict(resource.Key, current.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Uid()}");
        }

        var version = next.Str("metadata", "resourceVersion");
        if (!string.IsNullOrEmpty(version) && version != old.Str("metadata", "resourceVersion"))
        {
            throw Errors.Modified(resource.Key, current.Name);
        }

        var given = next.Arr("metadata", "managedFields")?.DeepClone();
        var merged = Strategies.PrepareUpdate(resource, old, next, subresource);
        if (given is not null)
        {
            merged.Metadata()["managedFields"] = given;
        }

        if (!owned)
        {
            FieldOwnership.Own(resource, old, merged, Writer(resource, options, subresource));
        }

        if (MetadataValidation.ValidateUpdate(old, merged) is { Count: > 0 } errors)
        {
            throw Errors.Invalid(resource.Group, resource.Kind, current.Name, errors);
        }

        Validate(resource, merged, old);
        if (!options.DryRun)
        {
            return store.Replace(resource.Storage, current, merged, resource.Key).Object;
        }

        merged.Metadata()["resourceVersion"] = old.Str("metadata", "resourceVersion");
        return merged;
    }

    /// <summary>The writer of a request as managedFields names it.</summary>
    public FieldWriter Writer(ApiResource resource, WriteOptions options, string subresource) =>
        new(options.FieldManager, resource.ApiVersion, subresource, ObjectRules.Timestamp(timeProvider));

    private static void Validate(ApiResource resource, JsonObject obj, JsonObject? old)
    {
        var errors = MetadataValidation.Validate(resource, obj);
        errors.AddRange(resource.IsCustom ? SchemaValidator.Validate(obj, old, resource.Schema) : BuiltInValidation.Validate(resource, obj, old));
        if (errors.Count > 0)
        {
            // Events are validated outside their group.
            throw Errors.Invalid(resource.Storage is ("", "events") ? "" : resource.Group, resource.Kind, obj.Name(), errors);
        }
    }
}
