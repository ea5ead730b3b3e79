using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Kdd.LoadTest.Processes;

/// <summary>Watches all LogViews from the outside: when each became Ready, and how often each was written.</summary>
internal sealed class LogViewWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private long _writes;

    private LogViewWatch(HttpClient api, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _reading = ReadAsync(api, _stop.Token);
    }

    /// <summary>Stopwatch timestamp at which each LogView was first seen Ready.</summary>
    public ConcurrentDictionary<string, long> ReadyAt { get; } = new();

    /// <summary>Changes of each LogView after its creation.</summary>
    public ConcurrentDictionary<string, int> WritesOf { get; } = new();

    /// <summary>Changes of LogViews so far.</summary>
    public long Writes => Interlocked.Read(ref _writes);

    public static async Task<LogViewWatch> OpenAsync(HttpClient api, CancellationToken cancellationToken)
    {
        var watch = new LogViewWatch(api, cancellationToken);
        await await Task.WhenAny(watch._open.Task, watch._reading);
        return watch;
    }

    /// <summary>Waits until <paramref name="count"/> LogViews whose names begin with <paramref name="prefix"/> are Ready.</summary>
    public async Task ReadyAsync(string prefix, int count, CancellationToken cancellationToken)
    {
        while (ReadyAt.Keys.Count(name => name.StartsWith(prefix, StringComparison.Ordinal)) < count)
        {
            if (_reading.IsCompleted)
            {
                await _reading;
                throw new InvalidOperationException("the watch of LogViews ended");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(HttpClient api, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await api.GetAsync(
            "apis/kdd.dev/v1alpha1/logviews?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=36000",
            HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            long now = Stopwatch.GetTimestamp();
            using JsonDocument notification = JsonDocument.Parse(line);
            JsonElement logView = notification.RootElement.GetProperty("object");
            string type = notification.RootElement.GetProperty("type").GetString()!;
            if (type == "BOOKMARK")
            {
                _open.TrySetResult();
                continue;
            }

            string name = logView.GetProperty("metadata").GetProperty("name").GetString()!;
            if (type == "MODIFIED")
            {
                Interlocked.Increment(ref _writes);
                WritesOf.AddOrUpdate(name, 1, (_, count) => count + 1);
            }

            if (IsReady(logView))
            {
                ReadyAt.TryAdd(name, now);
            }
        }
    }

    private static bool IsReady(JsonElement logView)
        => logView.TryGetProperty("status", out JsonElement status) && status.TryGetProperty("conditions", out JsonElement conditions)
            && conditions.EnumerateArray().Any(condition => condition.GetProperty("type").GetString() == "Ready" && condition.GetProperty("status").GetString() == "True");
}
