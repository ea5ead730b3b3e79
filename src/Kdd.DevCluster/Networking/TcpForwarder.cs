using System.Net;
using System.Net.Sockets;

namespace Kdd.DevCluster.Networking;

/// <summary>Listens on a loopback address and hands every connection on to a backend chosen for it.</summary>
internal sealed class TcpForwarder : IDisposable
{
    private readonly Socket _listener;
    private readonly Func<IPEndPoint?> _backend;
    private readonly CancellationTokenSource _stopped = new();

    /// <exception cref="SocketException">The address is in use.</exception>
    public TcpForwarder(IPEndPoint address, Func<IPEndPoint?> backend)
    {
        _backend = backend;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Bind(address);
            _listener.Listen(512);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptAsync(_stopped.Token);
                _ = ForwardAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // Stopped, or one connection was reset before it was accepted.
            }
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                if (_backend() is not { } address)
                {
                    client.LingerState = new LingerOption(true, 0);
                    return;
                }
                client.NoDelay = true;
                server.NoDelay = true;
                await server.ConnectAsync(address, _stopped.Token);
                Task up = CopyAsync(client, server), down = CopyAsync(server, client);

                // A reset of either side is passed on at once; after a clean end the other direction goes on.
                await await Task.WhenAny(up, down);
                await Task.WhenAll(up, down);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Either side went away: the other learns it by a reset.
                client.LingerState = new LingerOption(true, 0);
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _stopped.Token)) > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, read), _stopped.Token);
        }
        to.Shutdown(SocketShutdown.Send);
    }
}
