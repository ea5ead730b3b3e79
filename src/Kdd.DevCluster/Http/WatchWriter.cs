using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tables;

namespace Kdd.DevCluster.Http;

/// <summary>Writes watch events as lines; stored objects go out as the bytes that they were stored with.</summary>
internal sealed class WatchWriter(HttpContext http, ApiResource resource, AnswerForm form, TableRenderer tables, string includeObject)
{
    private readonly bool _raw = form == AnswerForm.Object && ObjectViews.IsStored(resource);
    private bool _columnsSent;

    private IBufferWriter<byte> Body => http.Response.BodyWriter;

    /// <summary>Sends the headers: a watch answers at once, before its first event.</summary>
    public async Task StartAsync()
    {
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public void Write(string type, StoredObject item, long revision)
    {
        if (_raw && item.Revision == revision)
        {
            Line(type, item.Utf8);
            return;
        }

        var view = ObjectViews.Of(resource, item.Object);
        if (item.Revision != revision)
        {
            // It left the selector: the state before, under the revision of the change.
            view = (JsonObject)view.DeepClone();
            view.Metadata()["resourceVersion"] = ObjectStore.Format(revision);
        }

        Line(type, Json.ToUtf8(form switch
        {
            AnswerForm.Table => Table(view),
            AnswerForm.PartialMetadata => ObjectViews.PartialMetadata(view),
            _ => view,
        }));
    }

    public void Bookmark(long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = ObjectStore.Format(revision) };
        if (initialEventsEnd)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var obj = new JsonObject { ["kind"] = resource.Kind, ["apiVersion"] = resource.ApiVersion, ["metadata"] = metadata };
        Line("BOOKMARK", Json.ToUtf8(form switch
        {
            AnswerForm.Table => tables.Bookmark(resource, obj, Columns()),
            AnswerForm.PartialMetadata => ObjectViews.PartialMetadata(obj),
            _ => obj,
        }));
    }

    public async Task ErrorAsync(ApiException error)
    {
        Line("ERROR", Encoding.UTF8.GetBytes(error.ToStatus().ToJsonString()));
        await FlushAsync(http.RequestAborted);
    }

    public async Task FlushAsync(CancellationToken cancellationToken) => await http.Response.BodyWriter.FlushAsync(cancellationToken);

    private JsonObject Table(JsonObject view)
    {
        var metadata = new JsonObject { ["resourceVersion"] = view.Str("metadata", "resourceVersion") };
        return tables.Render(resource, [view], metadata, includeObject.Length == 0 ? "Metadata" : includeObject, Columns());
    }

    // Columns come with the first event only.
    private bool Columns()
    {
        var first = !_columnsSent;
        _columnsSent = true;
        return first;
    }

    private void Line(string type, ReadOnlySpan<byte> obj)
    {
        Body.Write("{\"type\":\""u8);
        Body.Write(Encoding.ASCII.GetBytes(type));
        Body.Write("\",\"object\":"u8);
        Body.Write(obj);
        Body.Write("}\n"u8);
    }
}
