using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Kubernetes.Tests;

/// <summary>A part of the runtime at work in the background, against a scripted API server and on a clock that the test moves.</summary>
public abstract class ScriptedTest : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero));

    private protected ScriptedApi Api { get; private set; } = null!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await ScriptedApi.StartAsync();
        _running = await StartAsync(Api.CreateClient(Time), _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Dispose();
        await Api.DisposeAsync();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <returns>The work under way, which ends when <paramref name="stop"/> is cancelled.</returns>
    private protected abstract Task<Task> StartAsync(KubernetesApi api, CancellationToken stop);

    /// <summary>Ends the work and waits for its end.</summary>
    protected async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private protected virtual void Dispose()
    {
    }
}
