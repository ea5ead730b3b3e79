using System.Buffers;
using System.Globalization;
using System.Net;

namespace Kdd.Kubernetes.Informers;

/// <summary>
/// Fills an informer's cache: one list, then the watch that follows it, from the last position seen. What fails is thrown, and the
/// informer decides what then.
/// </summary>
internal sealed class Reflector<T>(
    KubernetesApi api, InformerOptions options, ObjectFormat<T> format, InformerCache<T> cache, TimeProvider timeProvider, Action heard)
    where T : class
{
    private readonly TaskCompletionSource _listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _version;
    private bool _listFromCache = true;
    private bool _streamFailed;
    private long? _listedAt;

    /// <summary>Completes with the first whole list.</summary>
    public Task Listed => _listed.Task;

    /// <summary>The position is of no use any more: what comes next is a list of what is there now.</summary>
    public void ForgetPosition() => (_version, _listFromCache) = (null, false);

    /// <summary>Lists where no position is known, then watches until the server ends the watch.</summary>
    public async Task ListAndWatchAsync(CancellationToken cancellationToken)
    {
        if (_version is null)
        {
            if (_listedAt is { } last && options.ListInterval - timeProvider.GetElapsedTime(last) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            _listedAt = timeProvider.GetTimestamp();
            KubernetesMetrics.Listed(options.Type, _listed.Task.IsCompletedSuccessfully ? "expired" : "start");
            if (await TryStreamAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await ListPagesAsync(cancellationToken).ConfigureAwait(false);
        }

        await WatchAsync(null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// WatchList (KEP-3157): the whole list comes as the first notifications of the watch that follows it, and neither the
    /// server nor this process ever holds a page of it.
    /// </summary>
    /// <returns>False where pages are to be listed: the server cannot, or the last attempt brought no whole list.</returns>
    private async Task<bool> TryStreamAsync(CancellationToken cancellationToken)
    {
        if (!options.WatchList || _streamFailed || api.RefusesWatchList)
        {
            return false;
        }

        // Until it has proved itself: what a stream does not bring, pages do.
        _streamFailed = true;
        try
        {
            await WatchAsync([], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesApiException e) when (_version is null && e.Code is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            // A server from before it, or with its feature gate off, says so in validation.
            api.RefusesWatchList = true;
            return false;
        }
    }

    private async Task ListPagesAsync(CancellationToken cancellationToken)
    {
        var listed = new HashSet<NamespacedName>();
        using var body = new BodyBuffer();
        ListPage<T> page;

        // "0": whatever the server's cache has, which costs it nothing. After an expiry that could lie before what this cache has seen.
        ApiPath first = options.Path.With("limit", options.PageSize.ToString(CultureInfo.InvariantCulture));
        ApiPath path = _listFromCache ? first.With("resourceVersion", "0") : first;
        _listFromCache = false;
        do
        {
            await api.GetAsync(path, body, cancellationToken, format.Accept(list: true)).ConfigureAwait(false);
            page = ListPage<T>.Parse(body.Bytes, format.Read);
            foreach (T item in page.Items)
            {
                listed.Add(format.NameOf(item));
                cache.Put(item);
            }

            foreach (NamespacedName name in page.Unreadable)
            {
                cache.Unreadable(name);
            }

            path = first.With("continue", page.Continue);
        }
        while (page.Continue is not null);
        TakeList(listed, page.Version);
    }

    /// <param name="listed">Null: from the last position. Else the list comes first, and its names are collected here.</param>
    private async Task WatchAsync(HashSet<NamespacedName>? listed, CancellationToken cancellationToken)
    {
        // client-go's range is 5 to 10 min; under 5 min no load balancer's idle limit comes first.
        int seconds = Random.Shared.Next(240, 300);
        ApiPath path = options.Path.With("watch", "true").With("allowWatchBookmarks", "true").With("timeoutSeconds", seconds.ToString(CultureInfo.InvariantCulture));
        path = listed is null ? path.With("resourceVersion", _version) : path.With("sendInitialEvents", "true").With("resourceVersionMatch", "NotOlderThan");
        using HttpResponseMessage response = await api.OpenAsync(path, cancellationToken, format.Accept(list: false)).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var lines = new WatchLines(body, options.WatchSilence, timeProvider, cancellationToken);
        while (await lines.ReadAsync().ConfigureAwait(false) is { } line)
        {
            heard();
            if (line.IsEmpty)
            {
                continue;
            }

            var notification = WatchNotification<T>.Parse(line.IsSingleSegment ? line.FirstSpan : line.ToArray(), format);
            Apply(notification);
            if (listed is null)
            {
                _version = notification.Version ?? _version;
            }
            else if (notification.EndsList)
            {
                TakeList(listed, notification.Version);
                listed = null;
            }
            else if (notification.Object is not null && notification.Type != WatchNotificationType.Deleted)
            {
                listed.Add(notification.Name);
            }
        }

        KubernetesMetrics.WatchEnded(options.Type, "clean");
    }

    private void Apply(WatchNotification<T> notification)
    {
        KubernetesMetrics.Notified(options.Type, notification.Type.ToString());
        switch (notification)
        {
            case { Error: { } error }:
                throw error;
            case { Type: WatchNotificationType.Deleted }:
                cache.Remove(notification.Name);
                break;
            case { Object: { } changed }:
                cache.Put(changed);
                break;
            case { Type: not WatchNotificationType.Bookmark }:
                cache.Unreadable(notification.Name);
                break;
        }
    }

    /// <summary>A whole list has been read, as of <paramref name="version"/>.</summary>
    private void TakeList(HashSet<NamespacedName> names, string? version)
    {
        cache.KeepOnly(names);
        (_version, _streamFailed) = (version, false);
        heard();
        _listed.TrySetResult();
    }
}
