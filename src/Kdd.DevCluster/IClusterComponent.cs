namespace Kdd.DevCluster;

/// <summary>A part that runs beside the API server in the same process: a controller, the kubelet.</summary>
public interface IClusterComponent
{
    /// <summary>Starts it; called once the server listens, so that its address is known.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops it and everything it started, child processes included.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
