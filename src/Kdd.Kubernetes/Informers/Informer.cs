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
    private readonly InformerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly InformerCache<T> _cache;
    private readonly Reflector<T> _reflector;
    private long _heardAt;

    /// <param name="api">Shared by all informers of a cluster.</param>
    /// <param name="options">What to list and watch.</param>
    /// <param name="format">How an object is read, and what of it is kept.</param>
    /// <param name="timeProvider">Of every wait and watchdog.</param>
    /// <param name="logger">A failure that is not the last one's is a warning.</param>
    public Informer(KubernetesApi api, InformerOptions options, ObjectFormat<T> format, TimeProvider timeProvider, ILogger logger)
    {
        (_options, _timeProvider, _logger) = (options, timeProvider, logger);
        _cache = new InformerCache<T>(options.Type, format, logger);
        _reflector = new Reflector<T>(api, options, format, _cache, timeProvider, heard: Recover);
    }

    /// <summary>Read access to the cache; empty before <see cref="Synced"/>.</summary>
    public Lister<T> Lister => _cache.Lister;

    /// <summary>What is listed and watched.</summary>
    public ResourceType Type => _options.Type;

    /// <summary>Completes with the first whole list.</summary>
    public Task Synced => _reflector.Listed;

    /// <summary>True after the first whole list, and ever after.</summary>
    public bool HasSynced => Synced.IsCompletedSuccessfully;

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
                await _reflector.ListAndWatchAsync(cancellationToken).ConfigureAwait(false);
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
                _reflector.ForgetPosition();
                return TimeSpan.Zero;
            case JsonException when failures % 3 == 0:
                // Three times garbage after the same position: perhaps the position is what the server stumbles over.
                _reflector.ForgetPosition();
                break;
            case KubernetesApiException { IsNotFound: true }:
                // The resource itself is not served: its CRD was deleted. Twice could still be a server that is starting.
                _reflector.ForgetPosition();
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
