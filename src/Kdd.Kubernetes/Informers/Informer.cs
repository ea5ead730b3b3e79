using System.Buffers;
using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<NamespacedName, T> _objects = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _version;
    private bool _listFromCache = true;
    private long? _listedAt;
    private long _heardAt;

    public Informer(KubernetesApi api, InformerOptions options, ObjectFormat<T> format, TimeProvider timeProvider, ILogger logger)
    {
        _api = api;
        _options = options;
        _format = format;
        _timeProvider = timeProvider;
        _logger = logger;
        Lister = new Lister<T>(_objects);
    }

    public Lister<T> Lister { get; }

    public ResourceType Type => _options.Type;

    /// <summary>Completes with the first whole list.</summary>
    public Task Synced => _synced.Task;

    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>What the last attempt failed with; null while list and watch work. Forbidden stays here until it is granted.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How long list and watch have brought nothing, not even a bookmark; zero before the first list.</summary>
    public TimeSpan Silence => Volatile.Read(ref _heardAt) is > 0 and var heard ? _timeProvider.GetElapsedTime(heard) : TimeSpan.Zero;

    /// <summary>Called for each change, one at a time, after the lister shows it. Must return quickly: enqueue a key.</summary>
    public event Action<Change<T>>? Changed;

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
                await ListIfNeededAsync(cancellationToken).ConfigureAwait(false);
                await WatchAsync(cancellationToken).ConfigureAwait(false);
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

            try
            {
                await Task.Delay(pause, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
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
                    KeepOnly([]);
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

    private async Task ListIfNeededAsync(CancellationToken cancellationToken)
    {
        if (_version is not null)
        {
            return;
        }

        if (_listedAt is { } last && _options.ListInterval - _timeProvider.GetElapsedTime(last) is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        _listedAt = _timeProvider.GetTimestamp();
        KubernetesMetrics.Listed(Type, HasSynced ? "expired" : "start");
        var listed = new HashSet<NamespacedName>();
        ListPage<T> page;

        // "0": whatever the server's cache has, which costs it nothing. After an expiry that could lie before what this cache has seen.
        ApiPath first = _options.Path.With("limit", _options.PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture));
        ApiPath path = _listFromCache ? first.With("resourceVersion", "0") : first;
        _listFromCache = false;
        do
        {
            page = ListPage<T>.Parse(await _api.GetBytesAsync(path, cancellationToken, _format.Accept(list: true)).ConfigureAwait(false), _format.Read);
            foreach (T item in page.Items)
            {
                listed.Add(_format.NameOf(item));
                Put(item);
            }

            foreach (NamespacedName name in page.Unreadable)
            {
                Unreadable(name);
            }

            path = first.With("continue", page.Continue);
        }
        while (page.Continue is not null);

        // What is not in the list was deleted while nobody watched.
        KeepOnly(listed);
        _version = page.Version;
        Recover();
        _synced.TrySetResult();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        // client-go's range is 5 to 10 min; under 5 min no load balancer's idle limit comes first.
        int seconds = Random.Shared.Next(240, 300);
        ApiPath path = _options.Path.With("watch", "true").With("allowWatchBookmarks", "true")
            .With("resourceVersion", _version).With("timeoutSeconds", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using HttpResponseMessage response = await _api.OpenAsync(path, cancellationToken, _format.Accept(list: false)).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var lines = new WatchLines(body, _options.WatchSilence, _timeProvider, cancellationToken);
        while (await lines.ReadAsync().ConfigureAwait(false) is { } line)
        {
            Recover();
            if (!line.IsEmpty)
            {
                Apply(WatchNotification<T>.Parse(line.IsSingleSegment ? line.FirstSpan : line.ToArray(), _format));
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
                Remove(notification.Name);
                break;
            case { Object: { } changed }:
                Put(changed);
                break;
            case { Type: not WatchNotificationType.Bookmark }:
                Unreadable(notification.Name);
                break;
        }

        _version = notification.Version ?? _version;
    }

    private void Put(T item)
    {
        NamespacedName name = _format.NameOf(item);
        T? before = _objects.GetValueOrDefault(name);
        if (before is null || _format.VersionOf(before) != _format.VersionOf(item))
        {
            _objects[name] = item;
            Tell(new Change<T>(name, before, item));
        }
    }

    private void Remove(NamespacedName name)
    {
        if (_objects.TryRemove(name, out T? before))
        {
            Tell(new Change<T>(name, before, null));
        }
    }

    private void KeepOnly(HashSet<NamespacedName> names)
    {
        foreach (NamespacedName gone in _objects.Keys.Where(name => !names.Contains(name)))
        {
            Remove(gone);
        }
    }

    private void Unreadable(NamespacedName name)
    {
        KubernetesMetrics.Unreadable(Type);
        LogUnreadable(_logger, Type, name);
        Remove(name);
    }

    private void Tell(Change<T> change)
    {
        try
        {
            Changed?.Invoke(change);
        }
        catch (Exception e)
        {
            // A subscriber's mistake about one object must not end the watch for all.
            LogSubscriberFailed(_logger, Type, change.Name, e);
        }
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Informer of {Resource}: {Name} cannot be read and is left out")]
    private static partial void LogUnreadable(ILogger logger, ResourceType resource, NamespacedName name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Informer of {Resource}: a subscriber failed on {Name}")]
    private static partial void LogSubscriberFailed(ILogger logger, ResourceType resource, NamespacedName name, Exception exception);
}
