namespace Kdd.Operator.Streaming;

/// <summary>Takes the lines of a container in the order of its files.</summary>
internal interface ILogTarget
{
    /// <summary>The batch belongs to the caller; who keeps it takes a reference with <see cref="LineBatch.Share"/>.</summary>
    void OnBatch(LineBatch batch);

    void OnGap(LogGap gap);

    /// <summary>Completes when there is room for more; until then the socket waits, and the kubelet reads its file later.</summary>
    ValueTask RoomAsync(CancellationToken cancellationToken);
}

/// <summary>What a session's source is told of its container's stream, besides the lines. Calls come one at a time.</summary>
internal interface ILogSubscriber : ILogTarget
{
    /// <summary>The backlog is complete; what follows is live.</summary>
    void OnCaughtUp();

    void OnState(Sessions.SourceState state, string? reason, string? message);

    /// <summary>An open failed or a stream broke off. The stream goes on trying by itself.</summary>
    void OnFailure(PodLogFailure failure);

    /// <summary>How far the stream is, for the watermark: false while it is broken.</summary>
    void OnConnected(bool connected);

    /// <summary>No further line can come.</summary>
    void OnEnded();
}
