using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Workloads;

/// <summary>
/// A controller over the store: watches, a queue of names and one worker. The store is read directly, so what a controller sees is
/// never behind what it wrote.
/// </summary>
internal abstract class ControllerLoop(ObjectStore store, TimeProvider timeProvider, ILogger logger, string? manager = "kube-controller-manager") : IClusterComponent, IDisposable
{
    private readonly KeyQueue<ObjectName> _queue = new(timeProvider);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<ObjectName, int> _failures = [];
    private readonly List<Task> _tasks = [];

    protected ObjectStore Store { get; } = manager is null ? store : store.As(manager);

    protected TimeProvider TimeProvider { get; } = timeProvider;

    /// <summary>What is watched, and whom a change of it concerns.</summary>
    protected abstract IEnumerable<(ResourceKey Type, Func<JsonObject, IEnumerable<ObjectName>> Concerns)> Sources { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (type, concerns) in Sources)
        {
            _tasks.Add(Task.Run(() => WatchAsync(type, concerns), CancellationToken.None));
        }
        _tasks.Add(Task.Run(WorkAsync, CancellationToken.None));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _stopped.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Brings one object's world to what it asks for.</summary>
    /// <returns>When to look again without a change; null for never.</returns>
    protected abstract TimeSpan? Reconcile(ObjectName name);

    /// <summary>Concerns the object itself.</summary>
    protected static IEnumerable<ObjectName> Itself(JsonObject obj) => [ObjectName.Of(obj)];

    /// <summary>Concerns the object's controller, where that is of <paramref name="kind"/>.</summary>
    protected static Func<JsonObject, IEnumerable<ObjectName>> ControllerOf(string kind) => obj =>
        Owners.ControllerOf(obj) is { } owner && owner.Str("kind") == kind
            ? [new ObjectName(obj.Namespace(), owner.Str("name") ?? "")]
            : [];

    private async Task WatchAsync(ResourceKey type, Func<JsonObject, IEnumerable<ObjectName>> concerns)
    {
        await foreach (var change in Store.WatchAsync(type, null, _stopped.Token))
        {
            foreach (var name in concerns(change.Object))
            {
                _queue.Add(name);
            }
        }
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            var name = await _queue.TakeAsync(_stopped.Token);
            try
            {
                if (Reconcile(name) is { } later)
                {
                    _queue.AddAfter(name, later, _stopped.Token);
                }
                _failures.Remove(name);
            }
            catch (ApiException e)
            {
                Retry(name, e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // An object that is malformed in a way nobody thought of must not stop the others.
                logger.LogError(e, "{Controller} failed on {Name}", GetType().Name, name);
                Retry(name, e);
            }
        }
    }

    private void Retry(ObjectName name, Exception e)
    {
        int failures = _failures[name] = _failures.GetValueOrDefault(name) + 1;
        var wait = TimeSpan.FromMilliseconds(Math.Min(5000, 10 * Math.Pow(2, Math.Min(failures, 12))));
        logger.LogInformation("{Controller} tries {Name} again in {Wait}: {Error}", GetType().Name, name, wait, e.Message);
        _queue.AddAfter(name, wait, _stopped.Token);
    }
}
