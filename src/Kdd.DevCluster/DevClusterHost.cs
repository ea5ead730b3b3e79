using System.Security.Cryptography;
using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Resources;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster;

/// <summary>
/// A running cluster: <c>await using var cluster = await DevClusterHost.StartAsync(new());</c> and point any Kubernetes client at
/// <see cref="Kubeconfig"/>. Disposing it stops everything it started.
/// </summary>
public sealed class DevClusterHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ApiListener _listener;
    private readonly List<IClusterComponent> _started = [];
    private readonly string? _temporaryDirectory;

    private DevClusterHost(DevClusterOptions options)
    {
        Options = options;
        AdminToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        _temporaryDirectory = options.Directory is null ? System.IO.Directory.CreateTempSubdirectory("devcluster-").FullName : null;
        Directory = Path.GetFullPath(options.Directory ?? _temporaryDirectory!);
        System.IO.Directory.CreateDirectory(Directory);
        _services = ClusterServices.Build(this);
        Store.Defaulting = BuiltInDefaults.Apply;
        Store.Ownership = _services.GetRequiredService<FieldOwnership>().Own;
        var authenticator = _services.GetRequiredService<Authenticator>();
        authenticator.AddUser(AdminToken, new UserInfo("admin", ["system:masters", "system:authenticated"]));
        foreach (var (token, user) in options.Users)
        {
            authenticator.AddUser(token, user with { Groups = [.. user.Groups.Append("system:authenticated").Distinct()] });
        }

        var server = _services.GetRequiredService<ApiServer>();
        Authority = _services.GetRequiredService<CertificateAuthority>();
        _listener = new ApiListener(
            Authority.IssueServerCertificate(), server.ServeAsync, _services.GetRequiredService<ConnectionGate>(), options.LogLevel);
    }

    /// <summary>What it was started with.</summary>
    public DevClusterOptions Options { get; }

    /// <summary>Folder of pods, volumes and logs.</summary>
    public string Directory { get; }

    /// <summary>The CA that signed the API server's certificate.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>Bearer token of the user admin, group system:masters; random at every start.</summary>
    public string AdminToken { get; }

    /// <summary>Where the API server listens, such as <c>https://127.0.0.1:41234/</c>; known once started.</summary>
    public Uri BaseAddress => new($"https://127.0.0.1:{_listener.Port}");

    /// <summary>The port of the plain listener; null when none was asked for.</summary>
    public int? PlainPort => Services.GetService<FloodListener>() is { Port: > 0 } listener ? listener.Port : null;

    /// <summary>The admin's kubeconfig as YAML.</summary>
    public string Kubeconfig => KubeconfigFor("admin", AdminToken);

    /// <summary>The objects.</summary>
    public ObjectStore Store => Services.GetRequiredService<ObjectStore>();

    /// <summary>Faults on demand.</summary>
    public ClusterFaults Faults => Services.GetRequiredService<ClusterFaults>();

    /// <summary>The parts, for tests that reach inside.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Starts a cluster; it serves requests when this returns.</summary>
    /// <exception cref="IOException">The port is in use, or the folder cannot be written.</exception>
    public static async Task<DevClusterHost> StartAsync(DevClusterOptions? options = null, CancellationToken cancellationToken = default)
    {
        var host = new DevClusterHost(options ?? new DevClusterOptions());
        try
        {
            await host.RunAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The kubeconfig of another user.</summary>
    public string KubeconfigFor(string user, string token) => DevCluster.Kubeconfig.Write(BaseAddress, Authority.Pem, user, token);

    /// <summary>
    /// Restarts the API server: the listener closes, connections are reset, and new ones are refused for a while. Store,
    /// controllers, kubelet and containers live on.
    /// </summary>
    /// <param name="down">How long connections are refused.</param>
    /// <param name="drain">How long running requests may go on after the listener closed.</param>
    public async Task RestartApiServerAsync(TimeSpan down, TimeSpan drain = default)
    {
        var port = _listener.Port;
        await _listener.StopAsync(drain);
        await Task.Delay(down, Options.TimeProvider);
        await _listener.StartAsync(port, CancellationToken.None);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var component in Enumerable.Reverse(_started))
        {
            await component.StopAsync(CancellationToken.None);
        }

        _started.Clear();
        await _listener.DisposeAsync();
        await _services.DisposeAsync();
        if (_temporaryDirectory is not null && System.IO.Directory.Exists(_temporaryDirectory))
        {
            System.IO.Directory.Delete(_temporaryDirectory, recursive: true);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await _listener.StartAsync(Options.Port, cancellationToken);
        foreach (var component in Services.GetServices<IClusterComponent>())
        {
            _started.Add(component);
            await component.StartAsync(cancellationToken);
        }

        if (Options.KubeconfigPath is { } path)
        {
            await WriteKubeconfigAsync(Path.GetFullPath(path), cancellationToken);
        }
    }

    private async Task WriteKubeconfigAsync(string path, CancellationToken cancellationToken)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // it holds a token
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Kubeconfig), cancellationToken);
    }
}
