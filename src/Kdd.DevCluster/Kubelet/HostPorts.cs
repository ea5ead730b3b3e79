using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Networking;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet;

/// <summary>Maps hostPort of containers: 127.0.0.1:hostPort leads to the pod's address and containerPort.</summary>
internal sealed class HostPorts : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<TcpForwarder>> _open = new(StringComparer.Ordinal);

    /// <summary>Opens the host ports of a pod.</summary>
    /// <exception cref="SocketException">A port is in use.</exception>
    public void Open(JsonObject pod, string podIP)
    {
        var forwarders = new List<TcpForwarder>();
        try
        {
            foreach (var port in (pod.Arr("spec", "containers") ?? []).SelectMany(c => c.Arr("ports") ?? []).OfType<JsonObject>())
            {
                if (port.Int("hostPort") is { } hostPort and > 0 && port.Int("containerPort") is { } containerPort)
                {
                    var backend = new IPEndPoint(IPAddress.Parse(podIP), containerPort);
                    forwarders.Add(new TcpForwarder(new IPEndPoint(IPAddress.Loopback, hostPort), () => backend));
                }
            }
        }
        catch
        {
            forwarders.ForEach(forwarder => forwarder.Dispose());
            throw;
        }
        lock (_lock)
        {
            _open[pod.Uid()] = forwarders;
        }
    }

    /// <summary>Closes the host ports of a pod.</summary>
    public void Close(string podUid)
    {
        lock (_lock)
        {
            if (_open.Remove(podUid, out var forwarders))
            {
                forwarders.ForEach(forwarder => forwarder.Dispose());
            }
        }
    }

    public void Dispose()
    {
        foreach (string uid in _open.Keys.ToArray())
        {
            Close(uid);
        }
    }
}
