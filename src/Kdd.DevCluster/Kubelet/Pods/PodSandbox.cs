using System.Text.Json.Nodes;
using Kdd.DevCluster.Kubelet.Volumes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Kubelet.Pods;

/// <summary>What the containers of a pod share: its folder, its address, its host ports and its volumes. Used by the pod's worker only.</summary>
internal sealed class PodSandbox
{
    private readonly KubeletContext _context;
    private readonly string _uid;
    private long _volumesWritten;
    private bool _isSetUp;

    public PodSandbox(JsonObject pod, KubeletContext context)
    {
        _context = context;
        _uid = pod.Uid();
        Folder = Path.Combine(context.Folder, $"{pod.Namespace()}_{pod.Name()}_{_uid}");
        Volumes = new PodVolumes(Folder, context.VolumeFiles);
    }

    public string Folder { get; }

    public PodVolumes Volumes { get; }

    /// <summary>The pod's own; "" before it has one.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Makes everything that containers need; false when something is missing yet.</summary>
    public bool TrySetUp(JsonObject pod)
    {
        if (_isSetUp)
        {
            return true;
        }
        try
        {
            Address = Address.Length > 0 ? Address : _context.Addresses.Take();
            Volumes.Refresh(pod, Address, _context.HostIP);
            _context.HostPorts.Open(pod, Address);
            _volumesWritten = _context.TimeProvider.GetTimestamp();
            return _isSetUp = true;
        }
        catch (Exception e) when (e is VolumeException or IOException or System.Net.Sockets.SocketException)
        {
            _context.Events.Write(pod, "Warning", "FailedMount", $"MountVolume.SetUp failed: {e.Message}", "kubelet");
            return false;
        }
    }

    /// <summary>Brings the volumes up to date when that is due.</summary>
    public void Refresh(JsonObject pod)
    {
        if (_volumesWritten != 0 && _context.TimeProvider.GetElapsedTime(_volumesWritten) < _context.Settings.VolumeRefresh)
        {
            return;
        }
        try
        {
            _volumesWritten = _context.TimeProvider.GetTimestamp();
            Volumes.Refresh(pod, Address, _context.HostIP);
        }
        catch (VolumeException)
        {
            // What is already there stays: a ConfigMap deleted under a running pod does not take its files away.
        }
    }

    /// <summary>Has new tokens written at the next <see cref="Refresh"/>.</summary>
    public void RotateTokens()
    {
        Volumes.RotateTokens();
        _volumesWritten = 0;
    }

    /// <summary>Gives everything back.</summary>
    public void Remove()
    {
        _context.HostPorts.Close(_uid);
        _context.Addresses.Return(Address);
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
