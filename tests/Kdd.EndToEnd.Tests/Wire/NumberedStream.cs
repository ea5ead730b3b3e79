using System.Text.Json;
using Kdd.Client;
using Xunit;

namespace Kdd.EndToEnd.Tests.Wire;

/// <summary>A viewer with the reference client: which numbers came, from which operator process, and when each process was first heard.</summary>
internal sealed class NumberedStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Lock _lock = new();
    private readonly ReceivedLines _lines = new();
    private readonly Dictionary<ulong, long> _firstHeard = [];
    private readonly Task _reading;
    private ulong _epoch;
    private int _last;

    public NumberedStream(HttpClient gateway, string @namespace, string logView)
        => _reading = ReadAsync(new LogViewStream(gateway, TimeProvider.System), @namespace, logView);

    /// <summary>Gaps that the client was told of.</summary>
    public IReadOnlyList<string> Gaps
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines.Gaps];
            }
        }
    }

    /// <summary>The operator process that the last line came from.</summary>
    public ulong Epoch
    {
        get
        {
            lock (_lock)
            {
                return _epoch;
            }
        }
    }

    /// <summary>Waits for the first new line of another process than <paramref name="before"/>.</summary>
    /// <returns>How long after <paramref name="since"/> (a timestamp of <see cref="TimeProvider.System"/>) it came.</returns>
    public async Task<TimeSpan> TakenOverAsync(ulong before, long since)
    {
        await UntilAsync(() => _epoch != before, "no line came from another process");
        lock (_lock)
        {
            return TimeProvider.System.GetElapsedTime(since, _firstHeard[_epoch]);
        }
    }

    public Task ReachesAsync(int number) => UntilAsync(() => _last >= number, $"line {number} did not come");

    /// <summary>The numbers of the only instance, in the order in which they came.</summary>
    public List<int> Of(InstanceKey instance)
    {
        lock (_lock)
        {
            return [.. _lines.Of(instance)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(LogViewStream stream, string @namespace, string logView)
    {
        await foreach (StreamEvent item in stream.ReadAsync(@namespace, logView, "", _stop.Token))
        {
            using JsonDocument data = JsonDocument.Parse(item.Data);
            lock (_lock)
            {
                _lines.Add(item.Name, item.Cursor, data.RootElement);
                if (item is { Name: Kdd.Api.Wire.StreamEvents.Log, Cursor: { } cursor })
                {
                    _epoch = cursor.Epoch;
                    _firstHeard.TryAdd(cursor.Epoch, TimeProvider.System.GetTimestamp());
                    _last = _lines.Of(new InstanceKey(data.RootElement.GetProperty("pod").GetString()!, cursor.Instance)).LastOrDefault();
                }
            }
        }
    }

    private async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Patience);
        while (true)
        {
            lock (_lock)
            {
                if (condition())
                {
                    return;
                }
            }

            Assert.False(_reading.IsFaulted, $"{otherwise}: {_reading.Exception?.InnerException?.Message}");
            Assert.False(patience.IsCancellationRequested, $"{otherwise} within {Patience.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
