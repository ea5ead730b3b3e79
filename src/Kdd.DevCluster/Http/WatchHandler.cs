using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Selectors;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tables;

namespace Kdd.DevCluster.Http;

/// <summary>GET …?watch=1: the changes of a collection as a stream of JSON lines.</summary>
internal sealed class WatchHandler(ObjectStore store, TableRenderer tables, TimeProvider timeProvider)
{
    // apiserver's cacher: a bookmark about every minute, and one shortly before the stream's own end.
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BookmarkBeforeEnd = TimeSpan.FromSeconds(1.2);

    // How long after a CRD changed its watches end; seen on a real API server.
    private static readonly TimeSpan EndAfterDefinitionChange = TimeSpan.FromSeconds(1);

    public async Task ServeAsync(ApiRequest request, ApiResource resource)
    {
        var http = request.Http;
        var negotiation = Negotiation.Of(http.Request);
        var query = ListQuery.Of(http.Request, watch: true);
        var name = request.Info.Name.Length == 0 ? null : $"metadata.name={request.Info.Name}";
        var scope = new WatchScope(
            resource.Namespaced ? request.Info.Namespace : "",
            LabelSelector.Parse(http.Request.Query["labelSelector"]),
            FieldSelector.Parse(name ?? http.Request.Query["fieldSelector"].ToString(), resource.Storage, ReadHandler.SelectableFields(resource)));
        var from = query.Revision(500);
        var table = store.Table(resource.Storage);
        var writer = new WatchWriter(http, resource, negotiation.Form, tables, http.Request.Query["includeObject"].ToString());
        var start = StartOf(table, query, from);
        await writer.StartAsync();
        if (!start.HasObjects && from < table.CompactedRevision)
        {
            await writer.ErrorAsync(Errors.Expired($"too old resource version: {from} ({table.CompactedRevision})"));
            return;
        }

        // The API server picks 30 to 60 minutes where the client names no limit.
        var seconds = query.TimeoutSeconds is > 0 and var given ? given : Random.Shared.Next(1800, 3600);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
        using var timer = timeProvider.CreateTimer(_ => stop.Cancel(), null, TimeSpan.FromSeconds(Math.Min(seconds, 100_000)), Timeout.InfiniteTimeSpan);
        try
        {
            await StreamAsync(table, scope, query, start, writer, TimeSpan.FromSeconds(seconds), stop.Token);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            // timeoutSeconds is over: a clean end without a last event.
        }
    }

    private async Task StreamAsync(
        ResourceTable table, WatchScope scope, ListQuery query, WatchStart start, WatchWriter writer, TimeSpan lifetime, CancellationToken stop)
    {
        if (start.HasObjects)
        {
            await SendObjectsAsync(scope, query, start, writer);
        }

        var (index, sent) = (start.Index, start.Revision);
        var started = timeProvider.GetTimestamp();
        var bookmarkAt = NextBookmark(TimeSpan.Zero, lifetime);
        while (true)
        {
            var changed = table.Changed;
            for (; index < table.Count; index++)
            {
                if (table.At(index) is not { } change)
                {
                    await writer.ErrorAsync(Errors.Expired($"too old resource version: {sent} ({table.CompactedRevision})"));
                    return;
                }

                sent = change.Revision;
                if (scope.Translate(change) is { } type)
                {
                    writer.Write(type, change.Type == StoreEventType.Deleted || type != "DELETED" ? change.Current : change.Previous!, change.Revision);
                }
            }

            await writer.FlushAsync(stop);
            if (table.Generation != start.Generation)
            {
                await Task.Delay(EndAfterDefinitionChange, timeProvider, stop);
                await SendRestAsync(table, scope, query, writer, index);
                return;
            }

            var wait = bookmarkAt - timeProvider.GetElapsedTime(started);
            if (query.Bookmarks && wait <= TimeSpan.Zero)
            {
                writer.Bookmark(Math.Max(sent, store.Revision), initialEventsEnd: false);
                bookmarkAt = NextBookmark(bookmarkAt, lifetime);
                continue;
            }

            await WaitAsync(changed, query.Bookmarks ? wait : Timeout.InfiniteTimeSpan, stop);
        }
    }

    private static TimeSpan NextBookmark(TimeSpan last, TimeSpan lifetime)
    {
        var (next, beforeEnd) = (last + BookmarkInterval, lifetime - BookmarkBeforeEnd);
        return next < beforeEnd || last >= beforeEnd ? next : beforeEnd;
    }

    private async Task WaitAsync(Task changed, TimeSpan limit, CancellationToken stop)
    {
        try
        {
            await changed.WaitAsync(limit, timeProvider, stop);
        }
        catch (TimeoutException)
        {
            // Time for a bookmark.
        }
    }

    private static async Task SendRestAsync(ResourceTable table, WatchScope scope, ListQuery query, WatchWriter writer, long index)
    {
        for (; index < table.Count && table.At(index) is { } change; index++)
        {
            if (scope.Translate(change) is { } type)
            {
                writer.Write(type, change.Current, change.Revision);
            }
        }

        if (query.Bookmarks && table.Count > 0)
        {
            writer.Bookmark(table.At(table.Count - 1)!.Revision, initialEventsEnd: false);
        }

        await writer.FlushAsync(CancellationToken.None);
    }

    // After a revision, or with everything that exists. Settled before the headers go out: what a client does once it has them
    // is a change to what the stream starts with, as on a real API server.
    private WatchStart StartOf(ResourceTable table, ListQuery query, long? from) => from is > 0 && !query.SendInitialEvents
        ? new(null, table.IndexAfter(from.Value), from.Value, table.Generation)
        : store.Locked(() => new WatchStart(table.Objects, table.Count, store.Revision, table.Generation));

    private static async Task SendObjectsAsync(WatchScope scope, ListQuery query, WatchStart start, WatchWriter writer)
    {
        foreach (var item in start.Objects!.Where(o => scope.Matches(o)))
        {
            writer.Write("ADDED", item, item.Revision);
        }

        if (query.Bookmarks)
        {
            writer.Bookmark(start.Revision, initialEventsEnd: true);
        }

        await writer.FlushAsync(CancellationToken.None);
    }

    /// <param name="Objects">What is sent first; null where the stream starts after a revision.</param>
    /// <param name="Index">The first change that is sent.</param>
    /// <param name="Revision">What came up to here is known.</param>
    /// <param name="Generation">Another one: the definition has changed since.</param>
    private readonly record struct WatchStart(IReadOnlyCollection<StoredObject>? Objects, long Index, long Revision, int Generation)
    {
        public bool HasObjects => Objects is not null;
    }
}
