using System.Net.ServerSentEvents;

namespace Kdd.Client;

/// <summary>One response of the stream: events until it ends, breaks or falls silent.</summary>
internal sealed class StreamConnection : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _silence;
    private readonly IAsyncEnumerator<SseItem<byte[]>>? _items;

    /// <summary>An answer that says the session is over: 204.</summary>
    public StreamConnection(HttpResponseMessage response)
    {
        _response = response;
        _silence = new CancellationTokenSource();
    }

    public StreamConnection(HttpResponseMessage response, Stream body, TimeSpan silenceLimit, TimeProvider timeProvider)
    {
        _response = response;
        _silence = new CancellationTokenSource(silenceLimit, timeProvider);

        // Heartbeats are comments, which the parser swallows: every byte read restarts the clock.
        HeardStream heard = new(body, () => _silence.CancelAfter(silenceLimit));
        _items = SseParser.Create(heard, (_, data) => data.ToArray()).EnumerateAsync(_silence.Token).GetAsyncEnumerator(_silence.Token);
    }

    public bool IsOver => _items is null;

    /// <returns>The next event; null when the connection ended, broke or fell silent.</returns>
    public async ValueTask<SseItem<byte[]>?> ReadAsync(CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration stop = cancellationToken.Register(_silence.Cancel);
        try
        {
            return await _items!.MoveNextAsync() ? _items.Current : null;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_items is not null)
        {
            await _items.DisposeAsync();
        }

        _response.Dispose();
        _silence.Dispose();
    }
}
