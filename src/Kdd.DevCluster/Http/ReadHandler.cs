using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tables;

namespace Kdd.DevCluster.Http;

/// <summary>GET of one object and of collections.</summary>
internal sealed class ReadHandler(ObjectStore store, TableRenderer tables)
{
    public async Task GetAsync(ApiRequest request, ApiResource resource)
    {
        var negotiation = Negotiation.Of(request.Http.Request);
        var stored = store.Find(resource.Storage, resource.Namespaced ? request.Info.Namespace : null, request.Info.Name)
            ?? throw Errors.NotFound(resource.Key, request.Info.Name);
        await WriteAsync(request, resource, 200, ObjectViews.Of(resource, stored.Object), negotiation);
    }

    /// <summary>Writes one object in the form that the client wants.</summary>
    public Task WriteAsync(ApiRequest request, ApiResource resource, int code, JsonObject view, Negotiation negotiation) =>
        Responses.WriteAsync(request.Http, code, negotiation.Form switch
        {
            AnswerForm.Table => tables.Render(resource, [view], view.Obj("metadata")!, IncludeObject(request)),
            AnswerForm.PartialMetadata => ObjectViews.PartialMetadata(view),
            _ => view,
        }, negotiation.Yaml);

    public async Task ListAsync(ApiRequest request, ApiResource resource)
    {
        var http = request.Http;
        var negotiation = Negotiation.Of(http.Request);
        var query = ListQuery.Of(http.Request, watch: false);
        var labels = LabelSelector.Parse(http.Request.Query["labelSelector"]);
        var fields = FieldSelector.Parse(http.Request.Query["fieldSelector"], resource.Storage, SelectableFields(resource));
        var page = Read(resource, request.Info.Namespace, query, o => labels.Matches(o) && fields.Matches(o), labels.IsEmpty && fields.IsEmpty);
        var metadata = new JsonObject { ["resourceVersion"] = ObjectStore.Format(page.Revision) };
        if (page.Continue is not null || (resource.IsCustom && negotiation.Form == AnswerForm.Object))
        {
            metadata["continue"] = page.Continue ?? "";
        }

        if (page.Remaining is { } remaining)
        {
            metadata["remainingItemCount"] = remaining;
        }

        switch (negotiation.Form)
        {
            case AnswerForm.Table:
                await Responses.WriteAsync(http, 200, tables.Render(resource, Views(resource, page), metadata, IncludeObject(request)), negotiation.Yaml);
                break;
            case AnswerForm.PartialMetadata:
                var items = new JsonArray([.. Views(resource, page).Select(v => (JsonNode)ObjectViews.PartialMetadata(v))]);
                await Responses.WriteAsync(http, 200, new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = metadata,
                    ["items"] = items,
                }, negotiation.Yaml);
                break;
            default:
                await WriteListAsync(http, resource, page, metadata, negotiation.Yaml);
                break;
        }
    }

    /// <summary>The fields that a CRD makes selectable; null for built-in kinds.</summary>
    public static IEnumerable<string>? SelectableFields(ApiResource resource) => !resource.IsCustom ? null
        : resource.DefinitionVersion.Arr("selectableFields")?.Select(f => f.Str("jsonPath")?.TrimStart('.') ?? "") ?? [];

    private static IEnumerable<JsonObject> Views(ApiResource resource, Page page) => page.Items.Select(i => ObjectViews.Of(resource, i.Object));

    private static string IncludeObject(ApiRequest request) => request.Http.Request.Query["includeObject"].ToString() switch
    {
        "" => "Metadata",
        var given and ("Metadata" or "Object" or "None") => given,
        var other => throw Errors.BadRequest($"unrecognized includeObject value: \"{other}\""),
    };

    private Page Read(ApiResource resource, string ns, ListQuery query, Func<JsonObject, bool> matches, bool everything)
    {
        var table = store.Table(resource.Storage);
        var (objects, revision) = store.Locked(() => (table.Objects, store.Revision));
        var start = 0;
        var scope = resource.Namespaced && ns.Length > 0 ? ns + "/" : "";
        if (query.Continue.Length > 0)
        {
            var token = ContinueToken.Parse(query.Continue);
            if (token.Revision > 0)
            {
                objects = table.AsOf(token.Revision) ?? throw ExpiredToken(token);
                revision = token.Revision;
            }

            var at = objects.IndexOf(StoredObject.Probe(scope + token.Start + "\0"));
            start = at < 0 ? ~at : at;
        }
        else if (query.Revision(400) is { } wanted and > 0)
        {
            if (wanted > revision)
            {
                throw TooLarge(wanted, revision);
            }

            if (query.Match == "Exact")
            {
                objects = table.AsOf(wanted) ?? throw Errors.Expired("The resourceVersion for the provided list is too old.");
                revision = wanted;
            }
        }

        if (start == 0 && scope.Length > 0)
        {
            var at = objects.IndexOf(StoredObject.Probe(scope));
            start = at < 0 ? ~at : at;
        }

        return Collect(objects, start, scope, query.Limit, matches, everything, revision);
    }

    private static Page Collect(
        System.Collections.Immutable.ImmutableSortedSet<StoredObject> objects, int start, string scope, long limit,
        Func<JsonObject, bool> matches, bool everything, long revision)
    {
        var items = new List<StoredObject>();
        for (var i = start; i < objects.Count; i++)
        {
            var item = objects[i];
            if (scope.Length > 0 && !item.Key.StartsWith(scope, StringComparison.Ordinal))
            {
                break;
            }

            if (!everything && !matches(item.Object))
            {
                continue;
            }

            if (limit > 0 && items.Count == limit)
            {
                var token = new ContinueToken(revision, items[^1].Key[scope.Length..]).Encode();
                return new Page(items, revision, token, everything ? CountFrom(objects, i, scope) : null);
            }

            items.Add(item);
        }

        return new Page(items, revision, null, null);
    }

    private static long CountFrom(System.Collections.Immutable.ImmutableSortedSet<StoredObject> objects, int from, string scope)
    {
        if (scope.Length == 0)
        {
            return objects.Count - from;
        }

        // The first key behind the scope: '0' follows '/'.
        var at = objects.IndexOf(StoredObject.Probe(scope[..^1] + "0"));
        return (at < 0 ? ~at : at) - from;
    }

    private static async Task WriteListAsync(HttpContext http, ApiResource resource, Page page, JsonObject metadata, bool yaml)
    {
        if (yaml)
        {
            await Responses.WriteAsync(http, 200, new JsonObject
            {
                ["apiVersion"] = resource.ApiVersion,
                ["kind"] = resource.ListKind,
                ["metadata"] = metadata,
                ["items"] = new JsonArray([.. Views(resource, page).Select(v => ListItems.Of(resource, v))]),
            }, yaml: true);
            return;
        }

        // Stored objects are sent as the bytes that they were stored with.
        var stored = ObjectViews.IsStored(resource);
        var body = new ArrayBufferWriter<byte>(page.Items.Sum(i => i.Utf8.Length + 1) + 512);
        body.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{{\"apiVersion\":\"{resource.ApiVersion}\",\"kind\":\"{resource.ListKind}\",\"metadata\":{metadata.ToJsonString()},\"items\":[")));
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(ListItems.Of(resource, stored ? page.Items[i].Utf8 : Json.ToUtf8(ObjectViews.Of(resource, page.Items[i].Object))));
        }

        body.Write("]}"u8);
        await Responses.WriteBytesAsync(http, 200, "application/json", body.WrittenMemory);
    }

    private static ApiException ExpiredToken(ContinueToken token) => Errors.Expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
        (token with { Revision = -1 }).Encode());

    private static ApiException TooLarge(long wanted, long current) => new(
        504, "Timeout", $"Timeout: Too large resource version: {wanted}, current: {current}",
        new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        })
    { RetryAfterSeconds = 1 };

    private sealed record Page(List<StoredObject> Items, long Revision, string? Continue, long? Remaining);
}
