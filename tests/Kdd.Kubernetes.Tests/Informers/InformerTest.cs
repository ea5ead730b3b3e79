using System.Threading.Channels;
using Kdd.Kubernetes.Informers;
using Kdd.Kubernetes.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

/// <summary>An informer against a scripted API server, with back-offs too short to notice.</summary>
public abstract class InformerTest : IAsyncLifetime
{
    private static readonly BackOff Short = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5));

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();
    private Task _running = Task.CompletedTask;

    private protected ScriptedApi Api { get; private set; } = null!;

    private protected Informer<TestPod> Informer { get; private set; } = null!;

    private protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>Whether the list is asked for as a stream.</summary>
    private protected virtual bool WatchList => false;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await ScriptedApi.StartAsync();
        var options = new InformerOptions
        {
            Type = ResourceType.Pods,
            Namespace = "shop",
            PageSize = 2,
            BackOff = Short,
            ConnectBackOff = Short,
            ForbiddenBackOff = Short,
            ListInterval = TimeSpan.Zero,
            WatchList = WatchList,
        };
        Informer = new Informer<TestPod>(Api.CreateClient(Time), options, TestPod.Format, Time, NullLogger.Instance);
        Informer.Changed += change => _changes.Writer.TryWrite((change.Before, change.After) switch
        {
            (null, { } after) => $"+{after.Metadata.Name}@{after.Metadata.ResourceVersion}",
            ({ } before, null) => $"-{before.Metadata.Name}",
            (_, { } after) => $"~{after.Metadata.Name}@{after.Metadata.ResourceVersion}",
            _ => "nothing",
        });
        _running = Informer.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Api.DisposeAsync();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The next change that the informer told.</summary>
    protected Task<string> ChangeAsync() => _changes.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(ScriptedApi.Patience, TimeProvider.System, Cancelled);

    protected bool HasChange => _changes.Reader.TryPeek(out _);

    /// <summary>Lists <paramref name="pods"/> (name and version) and returns the watch that follows.</summary>
    private protected async Task<ScriptedExchange> ListThenWatchAsync(int version, params (string Name, int Version)[] pods)
    {
        ScriptedExchange list = await Api.NextAsync();
        Assert.Null(list.Query("watch"));
        await list.AnswerAsync(200, TestPod.List(version, null, [.. pods.Select(pod => TestPod.Json(pod.Name, pod.Version))]));
        return await NextWatchAsync();
    }

    private protected async Task<ScriptedExchange> NextWatchAsync()
    {
        ScriptedExchange watch = await Api.NextAsync();
        Assert.Equal("true", watch.Query("watch"));
        return watch;
    }

    private protected async Task<ScriptedExchange> NextListAsync()
    {
        ScriptedExchange list = await Api.NextAsync();
        Assert.Null(list.Query("watch"));
        return list;
    }
}
