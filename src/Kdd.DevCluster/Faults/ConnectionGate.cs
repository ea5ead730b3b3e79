using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Kdd.DevCluster.Faults;

/// <summary>
/// Stands between the sockets and TLS. While it is shut, connections are as if their packets were dropped: nothing is read, nothing
/// is sent, HTTP/2 pings stay without answer, and nobody is told.
/// </summary>
internal sealed class ConnectionGate
{
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private BlackHole? _shut;

    private BlackHole? Shut => Volatile.Read(ref _shut);

    /// <summary>Lets nothing through until the result is disposed.</summary>
    public BlackHole Close()
    {
        var shut = new BlackHole(hole => Interlocked.CompareExchange(ref _shut, null, hole));
        Interlocked.Exchange(ref _shut, shut)?.Open();
        return shut;
    }

    /// <summary>The connection middleware.</summary>
    public ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        connection.Transport = new GatedPipe(
            new GatedReader(transport.Input, this, connection.ConnectionClosed),
            new GatedWriter(transport.Output, this, connection.ConnectionClosed));
        _connections[connection] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Transport = transport;
        }
    };

    /// <summary>Asks every connection to close: HTTP/2 by GOAWAY, its streams go on; HTTP/1.1 after its next answer.</summary>
    /// <returns>How many there were.</returns>
    public int RequestClose()
    {
        var connections = _connections.Keys.ToList();
        connections.ForEach(connection => connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose());
        return connections.Count;
    }

    /// <summary>Resets every connection.</summary>
    /// <returns>How many there were.</returns>
    public int Reset()
    {
        var connections = _connections.Keys.ToList();
        connections.ForEach(connection => connection.Abort());
        return connections.Count;
    }

    private async ValueTask WaitAsync(CancellationToken closed)
    {
        while (Shut is { } shut && !closed.IsCancellationRequested)
        {
            await shut.HoldAsync(closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed record GatedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class GatedReader(PipeReader inner, ConnectionGate gate, CancellationToken closed) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            await gate.WaitAsync(closed);
            var result = await inner.ReadAsync(cancellationToken);
            // What came while the gate was shut waits here.
            await gate.WaitAsync(closed);
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            result = default;
            return gate.Shut is null && inner.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed class GatedWriter(PipeWriter inner, ConnectionGate gate, CancellationToken closed) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await gate.WaitAsync(closed);
            return await inner.FlushAsync(cancellationToken);
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
