using System.Collections.Concurrent;
using Kdd.Gateway.Access;
using Kdd.Gateway.Telemetry;

namespace Kdd.Gateway.Streams;

/// <summary>
/// The streams that are being forwarded. Confirms every viewer's rights while they read, and sends them elsewhere when
/// the gateway stops.
/// </summary>
public sealed class LiveStreams(
    StreamReviewer reviewer, CallerConfirmation callers, TimeProvider timeProvider, StreamAudit audit, GatewayMetrics metrics, ILogger<LiveStreams> logger) : BackgroundService
{
    /// <summary>With reviews kept for 10 s, a revoked viewer reads for 30 s at most.</summary>
    public static readonly TimeSpan ConfirmEvery = TimeSpan.FromSeconds(20);

    /// <summary>Without an answer from the API server for this long nobody is known to have rights any more.</summary>
    public static readonly TimeSpan ConfirmedFor = TimeSpan.FromSeconds(50);

    /// <summary>
    /// A viewer that takes nothing for this long is cut. Kestrel's MinResponseDataRate never does: a stream's deadline only
    /// grows while it is quiet.
    /// </summary>
    public static readonly TimeSpan UnreadAtMost = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<LiveStream, bool> _streams = new(ReferenceEqualityComparer.Instance);
    private volatile bool _stopping;

    public int Count => _streams.Count;

    /// <summary>Wraps the body of an operator's answer.</summary>
    public LiveStream Open(HttpContext http, HttpContent body)
    {
        var stream = new LiveStream(body, http, StreamAccess.LogViewOf(http), timeProvider, Close) { ConfirmedAt = timeProvider.GetTimestamp() };
        _streams[stream] = true;
        audit.Opened(stream);
        metrics.StreamOpened();
        if (_stopping)
        {
            End(stream, EndCause.Stopping, LastWords.Reconnect(stream.MediaType));
        }

        return stream;
    }

    /// <summary>Asks every viewer to come again; what is opened from now on is asked at once.</summary>
    public void ReconnectAll()
    {
        _stopping = true;
        foreach (LiveStream stream in _streams.Keys)
        {
            End(stream, EndCause.Stopping, LastWords.Reconnect(stream.MediaType));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ConfirmEvery, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Reviews are shared by all streams of a caller on a LogView; eight at once keep a slow API server from making the round long.
            await Parallel.ForEachAsync(
                _streams.Keys,
                new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stoppingToken },
                async (stream, cancellationToken) => await ConfirmAsync(stream, cancellationToken));
        }
    }

    private async Task ConfirmAsync(LiveStream stream, CancellationToken cancellationToken)
    {
        if (stream.UnreadFor >= UnreadAtMost)
        {
            if (stream.Cut(EndCause.Stalled))
            {
                metrics.StreamEnded(EndCause.Stalled);
            }

            return;
        }

        try
        {
            CallerIdentity identity = stream.User.CallerIdentity();
            if (await callers.ConfirmAsync(identity, cancellationToken) is not { } caller)
            {
                End(stream, EndCause.Token, LastWords.Error(stream.MediaType, StatusCodes.Status401Unauthorized, "Unauthorized", "your sign-in has ended: sign in again"));
            }
            else if (await reviewer.FindMissingRightAsync(caller, stream.LogView, cancellationToken) is { } missing)
            {
                End(stream, EndCause.Rights, LastWords.Error(stream.MediaType, StatusCodes.Status403Forbidden, "Forbidden", missing));
            }
            else
            {
                stream.ConfirmedAt = timeProvider.GetTimestamp();
            }
        }
        catch (ReviewFailedException e)
        {
            logger.LogWarning("A viewer's rights could not be confirmed: {Problem}", e.Message);
            if (timeProvider.GetElapsedTime(stream.ConfirmedAt) >= ConfirmedFor)
            {
                End(stream, EndCause.Unconfirmed, LastWords.Error(
                    stream.MediaType, StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable", "the Kubernetes API server could not be asked whether you may still read this"));
            }
        }
    }

    private void End(LiveStream stream, EndCause cause, byte[] lastWord)
    {
        if (stream.End(cause, lastWord))
        {
            metrics.StreamEnded(cause);
        }
    }

    private void Close(LiveStream stream)
    {
        if (_streams.TryRemove(stream, out _))
        {
            audit.Closed(stream);
            metrics.StreamClosed(stream.BytesSent);
        }
    }
}
