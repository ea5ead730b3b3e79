using System.Net;
using System.Net.Sockets;

namespace Kdd.DevCluster.Kubelet;

/// <summary>
/// Hands out loopback addresses 127.1.x.y, one a pod. A cluster claims a block 127.1.x.0/24 by listening on a port of its first
/// address, so that clusters side by side on one machine never share an address.
/// </summary>
public sealed class PodAddresses : IDisposable
{
    private const int ClaimPort = 61_999;
    private readonly Lock _lock = new();
    private readonly List<Socket> _claims = [];
    private readonly Queue<string> _free = [];

    /// <summary>An address that no pod has.</summary>
    /// <exception cref="IOException">All 256 blocks are taken.</exception>
    public string Take()
    {
        lock (_lock)
        {
            if (_free.Count == 0)
            {
                ClaimBlock();
            }
            return _free.Dequeue();
        }
    }

    /// <summary>Gives an address back; it is handed out again last.</summary>
    public void Return(string address)
    {
        lock (_lock)
        {
            if (address.Length > 0)
            {
                _free.Enqueue(address);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _claims.ForEach(claim => claim.Dispose());

    private void ClaimBlock()
    {
        int start = Random.Shared.Next(256);
        for (int i = 0; i < 256; i++)
        {
            int block = (start + i) % 256;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse($"127.1.{block}.0"), ClaimPort));
                socket.Listen(1);
            }
            catch (SocketException)
            {
                socket.Dispose();
                continue;
            }
            _claims.Add(socket);
            for (int host = 1; host < 255; host++)
            {
                _free.Enqueue($"127.1.{block}.{host}");
            }
            return;
        }
        throw new IOException("no block of addresses 127.1.x.0/24 is free for pods");
    }
}
