using System.CommandLine;
using System.Runtime.InteropServices;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster;

/// <summary>The command line.</summary>
internal static class CommandLine
{
    private static readonly Option<int> Port = new("--port") { Description = "Port of the API server on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "File to write the admin's kubeconfig to." };
    private static readonly Option<string?> Dir = new("--dir") { Description = "Folder of pods, volumes and logs; default: a temporary one." };
    private static readonly Option<bool> Empty = new("--empty") { Description = "API server alone: no node, no controllers, no kubelet." };
    private static readonly Option<int?> PlainPort = new("--plain-port") { Description = "Port of a plain http listener that serves pods/log floods only." };
    private static readonly Option<long> LogMaxSize = new("--log-max-size") { Description = "Bytes past which a container's log file is rotated.", DefaultValueFactory = _ => new LogSettings().MaxSize };
    private static readonly Option<string?> LogArchive = new("--log-archive") { Description = "Folder that log files of removed pods, dead instances and old rotations are moved to instead of being deleted." };
    private static readonly Option<double> ClockOffset = new("--clock-offset") { Description = "Seconds that the cluster's clock is ahead of this machine's: with -3600, what is created now looks an hour old to others." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Log to standard error." };

    private static readonly Option<string[]> Images = new("--image")
    {
        Description = "NAME=COMMAND: containers with this image run the command, followed by their args. Repeatable.",
        DefaultValueFactory = _ => [],
    };

    public static RootCommand Build()
    {
        Images.Validators.Add(result =>
        {
            foreach (var value in result.Tokens.Select(t => t.Value).Where(v => v.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--image {value}: must be NAME=COMMAND, such as busybox=/bin/busybox");
            }
        });
        var root = new RootCommand("An in-process Kubernetes API server with controllers and a kubelet, for tests and demos. Loopback only, never for production.")
        {
            Port, Kubeconfig, Dir, Empty, Images, PlainPort, LogMaxSize, LogArchive, ClockOffset, Verbose,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = new DevClusterOptions
        {
            Port = result.GetValue(Port),
            KubeconfigPath = result.GetValue(Kubeconfig),
            Directory = result.GetValue(Dir),
            Empty = result.GetValue(Empty),
            PlainPort = result.GetValue(PlainPort),
            Kubelet = new KubeletSettings { Logs = new LogSettings { MaxSize = result.GetValue(LogMaxSize), ArchiveFolder = result.GetValue(LogArchive) is { } folder ? Path.GetFullPath(folder) : null } },
            TimeProvider = result.GetValue(ClockOffset) is not 0 and var seconds ? new OffsetClock(TimeSpan.FromSeconds(seconds)) : TimeProvider.System,
            Images = result.GetValue(Images)!.Select(v => v.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal),
            LogLevel = result.GetValue(Verbose) ? LogLevel.Information : null,
        };
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });
        await using var registration = cancellationToken.Register(() => stop.TrySetResult());
        try
        {
            await using var host = await DevClusterHost.StartAsync(options, cancellationToken);
            Console.WriteLine($"DevCluster is ready: {host.BaseAddress.GetLeftPart(UriPartial.Authority)}");
            await stop.Task;
            return 0;
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync($"DevCluster cannot start: {e.Message}");
            return 1;
        }
    }
}
