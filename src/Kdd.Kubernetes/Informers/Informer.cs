using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Kdd.Kubernetes.Informers;

/// <summary>
/// Keeps a cache of a resource by list and watch, and tells of every change in it. It never assumes that a notification
/// arrives: the watch resumes from the last resourceVersion seen (bookmarks included), a position that the server no
/// longer has (410, 504) leads to a new list, and the difference between that list and the cache is told like any change.
/// </summary>
public sealed partial class Informer<T>
    where T : class
{
    private readonly KubernetesApi _api;
    private readonly InformerOptions _options;
    private readonly ObjectFormat<T> _format;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly InformerCache<T> _cache;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _version;
    private bool _listFromCache = true;
    private bool _streamFailed;
    private long? _listedAt;
    private long _heardAt;

    /// <param name="api">Shared by all informers of a cluster.</param>
    /// <param name="options">What to list and watch.</param>
    /// <param name="format">How an object is read, and what of it is kept.</param>
    /// <param name="timeProvider">Of every wait and watchdog.</param>
    /// <param name="logger">A failure that is not the last one's is a warning.</param>
    public Informer(KubernetesApi api, InformerOptions options, ObjectFormat<T> format, TimeProvider timeProvider, ILogger logger)
    {
        (_api, _options, _format, _timeProvider, _logger) = (api, options, format, timeProvider, logger);
        _cache = new InformerCache<T>(options.Type, format, logger);
    }

    /// <summary>Read access to the cache; empty before <see cref="Synced"/>.</summary>
    public Lister<T> Lister => _cache.Lister;

    /// <summary>What is listed and watched.</summary>
    public ResourceType Type => _options.Type;

    /// <summary>Completes with the first whole list.</summary>
    public Task Synced => _synced.Task;

    /// <summary>True after the first whole list, and ever after.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>What the last attempt failed with; null while list and watch work. Forbidden stays here until it is granted.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How long list and watch have brought nothing, not even a bookmark; zero before the first list.</summary>
    public TimeSpan Silence => Volatile.Read(ref _heardAt) is > 0 and var heard ? _timeProvider.GetElapsedTime(heard) : TimeSpan.Zero;

    /// <summary>Called for each change, one at a time, after the lister shows it. Must return quickly: enqueue a key.</summary>
    public event Action<Change<T>>? Changed
    {
        add => _cache.Changed += value;
        remove => _cache.Changed -= value;
    }

    /// <summary><see cref="Failure"/> came, went or became another.</summary>
    public event Action? FailureChanged;

    /// <summary>Lists and watches until cancelled. Failures are retried here with back-off, never thrown.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        int failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            long started = _timeProvider.GetTimestamp();
            TimeSpan pause;
            try
            {
                await ListAndWatchAsync(cancellationToken).ConfigureAwait(false);
                failures = 0;

                // A server that ends every watch at once must not be asked in a tight loop.
                pause = _timeProvider.GetElapsedTime(started) < _options.BackOff.First ? _options.BackOff.First : TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures = _timeProvider.GetElapsedTime(started) >= _options.Healthy ? 1 : failures + 1;
                pause = After(e, failures);
            }

            await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>How long to wait after a failure, and where to go on from.</summary>
    private TimeSpan After(Exception failure, int failures)
    {
        double random = Random.Shared.NextDouble();
        switch (failure)
        {
            case KubernetesApiException { IsExpired: true }:
                KubernetesMetrics.WatchEnded(Type, "expired");
                (_version, _listFromCache) = (null, false);
                return TimeSpan.Zero;
            case JsonException when failures % 3 == 0:
                // Three times garbage after the same position: perhaps the position is what the server stumbles over.
                (_version, _listFromCache) = (null, false);
                break;
            case KubernetesApiException { IsNotFound: true }:
                // The resource itself is not served: its CRD was deleted. Twice could still be a server that is starting.
                (_version, _listFromCache) = (null, false);
                if (failures > 2)
                {
                    _cache.KeepOnly([]);
                }

                break;
            case KubernetesApiException { RetryAfter: { } retryAfter }:
                Fail(failure);
                return retryAfter + (random * TimeSpan.FromMilliseconds(500));
        }

        KubernetesMetrics.WatchEnded(Type, failure switch { WatchStalledException => "stalled", JsonException => "garbage", _ => "failed" });
        Fail(failure);
        return failure is HttpRequestException or IOException ? _options.ConnectBackOff.After(failures, random)
            : failure is WatchStalledException ? TimeSpan.Zero
            : failure is KubernetesApiException { IsForbidden: true } ? _options.ForbiddenBackOff.After(failures, random)
            : _options.BackOff.After(failures, random);
    }

    private async Task ListAndWatchAsync(CancellationToken cancellationToken)
    {
        if (_version is null)
        {
            if (_listedAt is { } last && _options.ListInterval - _timeProvider.GetElapsedTime(last) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, _timeProvider, cancellationToken).ConfigureAwait(false);
            }

            _listedAt = _timeProvider.GetTimestamp();
            KubernetesMetrics.Listed(Type, HasSynced ? "expired" : "start");
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
        if (!_options.WatchList || _streamFailed || _api.RefusesWatchList)
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
            _api.RefusesWatchList = true;
            return false;
        }
    }

    private async Task ListPagesAsync(CancellationToken cancellationToken)
    {
        var listed = new HashSet<NamespacedName>();
        using var body = new BodyBuffer();
        ListPage<T> page;

        // "0": whatever the server's cache has, which costs it nothing. After an expiry that could lie before what this cache has seen.
        ApiPath first = _options.Path.With("limit", _options.PageSize.ToString(CultureInfo.InvariantCulture));
        ApiPath path = _listFromCache ? first.With("resourceVersion", "0") : first;
        _listFromCache = false;
        do
        {
            await _api.GetAsync(path, body, cancellationToken, _format.Accept(list: true)).ConfigureAwait(false);
            page = ListPage<T>.Parse(body.Bytes, _format.Read);
            foreach (T item in page.Items)
            {
                listed.Add(_format.NameOf(item));
                _cache.Put(item);
            }

            foreach (NamespacedName name in page.Unreadable)
            {
                _cache.Unreadable(name);
            }

            path = first.With("continue", page.Continue);
        }
        while (page.Continue is not null);
        Listed(listed, page.Version);
    }

    /// <param name="listed">Null: from the last position. Else the list comes first, and its names are collected here.</param>
    private async Task WatchAsync(HashSet<NamespacedName>? listed, CancellationToken cancellationToken)
    {
        // client-go's range is 5 to 10 min; under 5 min no load balancer's idle limit comes first.
        int seconds = Random.Shared.Next(240, 300);
        ApiPath path = _options.Path.With("watch", "true").With("allowWatchBookmarks", "true").With("timeoutSeconds", seconds.ToString(CultureInfo.InvariantCulture));
        path = listed is null ? path.With("resourceVersion", _version) : path.With("sendInitialEvents", "true").With("resourceVersionMatch", "NotOlderThan");
        using HttpResponseMessage response = await _api.OpenAsync(path, cancellationToken, _format.Accept(list: false)).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var lines = new WatchLines(body, _options.WatchSilence, _timeProvider, cancellationToken);
        while (await lines.ReadAsync().ConfigureAwait(false) is { } line)
        {
            Recover();
            if (line.IsEmpty)
            {
                continue;
            }

            var notification = WatchNotification<T>.Parse(line.IsSingleSegment ? line.FirstSpan : line.ToArray(), _format);
            Apply(notification);
            if (listed is null)
            {
                _version = notification.Version ?? _version;
            }
            else if (notification.EndsList)
            {
                Listed(listed, notification.Version);
                listed = null;
            }
            else if (notification.Object is not null && notification.Type != WatchNotificationType.Deleted)
            {
                listed.Add(notification.Name);
            }
        }

        KubernetesMetrics.WatchEnded(Type, "clean");
    }

    private void Apply(WatchNotification<T> notification)
    {
        KubernetesMetrics.Notified(Type, notification.Type.ToString());
        switch (notification)
        {
            case { Error: { } error }:
                throw error;
            case { Type: WatchNotificationType.Deleted }:
                _cache.Remove(notification.Name);
                break;
            case { Object: { } changed }:
                _cache.Put(changed);
                break;
            case { Type: not WatchNotificationType.Bookmark }:
                _cache.Unreadable(notification.Name);
                break;
        }
    }

    /// <summary>A whole list has been read, as of <paramref name="version"/>.</summary>
    private void Listed(HashSet<NamespacedName> names, string? version)
    {
        _cache.KeepOnly(names);
        (_version, _streamFailed) = (version, false);
        Recover();
        _synced.TrySetResult();
    }

    private void Fail(Exception failure)
    {
        bool news = Failure?.Message != failure.Message;
        Failure = failure;
        if (news)
        {
            LogFailed(_logger, Type, _options.Namespace ?? "*", failure.Message);
            FailureChanged?.Invoke();
        }
    }

    private void Recover()
    {
        Volatile.Write(ref _heardAt, _timeProvider.GetTimestamp());
        if (Failure is not null)
        {
            Failure = null;
            FailureChanged?.Invoke();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Informer of {Resource} in {Namespace}: {Failure}; trying again")]
    private static partial void LogFailed(ILogger logger, ResourceType resource, string @namespace, string failure);
}
