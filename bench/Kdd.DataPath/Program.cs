using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Kdd.Api.LogViews;
using Kdd.Bench;
using Kdd.Kubernetes;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Sessions;
using Kdd.Operator.Streaming;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// The operator's data path alone, without control plane and TLS, so that it can be measured beside curl and the plain design over
// the same plain connection: pods/log -> LogStream -> LogMerger -> SessionBuffer -> SSE.
Option<string> server = new("--server") { Description = "Where pods/log is served.", Required = true };
Option<string[]> pods = new("--pods") { Description = "Pods in the namespace default, each with the container main.", AllowMultipleArgumentsPerToken = true, Required = true };
Option<int> port = new("--port") { Description = "Loopback port of the stream.", Required = true };
Option<string?> include = new("--include") { Description = "filter.include of the LogView." };
Option<bool> ignoreCase = new("--ignore-case") { Description = "filter.ignoreCase of the LogView." };
Option<bool> all = new("--all") { Description = "Logs from their beginning instead of from their end." };
RootCommand command = new("The data path of the operator as a process of its own.") { server, pods, port, include, ignoreCase, all };
command.SetAction(async (arguments, cancellationToken) =>
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, arguments.GetRequiredValue(port), listen => listen.Protocols = HttpProtocols.Http1));
    await using WebApplication app = builder.Build();

    HttpClient http = ClusterConnection.To(new Uri(arguments.GetRequiredValue(server))).CreateHttpClient();
    var limits = new SessionLimits { MaxViewers = 5000, MaxViewersPerUser = 5000 };
    var context = new SessionContext
    {
        TimeProvider = TimeProvider.System,
        Upstream = new UpstreamPool(
            new PodLogClient(http), new ContainerStatusClient(new KubernetesApi(http, TimeProvider.System)), TimeProvider.System, limits, app.Services.GetRequiredService<ILoggerFactory>()),
        Limits = limits,
        Epoch = 1,
        LoggerFactory = app.Services.GetRequiredService<ILoggerFactory>(),
    };
    LogViewSpec spec = new() { Selector = new LabelSelector(), IdleTimeout = Duration.Parse("0s") };
    spec.Tail.Lines = 0;
    spec.Filter.Include = arguments.GetValue(include) is { } pattern ? [pattern] : [];
    spec.Filter.IgnoreCase = arguments.GetValue(ignoreCase);
    PodRecord[] records = [.. arguments.GetRequiredValue(pods).Select(RunningPod)];
    ConcurrentDictionary<string, Session> running = [];

    app.MapFigures();
    app.MapPut("/sessions/{name}", (string name) =>
    {
        var session = new Session(new NamespacedName("default", name), $"uid-{name}", CompiledSpec.Compile(spec), context);
        running[name] = session;
        if (arguments.GetValue(all))
        {
            // Pods that appear later are read from their first line.
            session.SetPods([], workloadFinished: false);
        }

        session.SetPods(records, workloadFinished: false);
    });
    app.MapDelete("/sessions/{name}", async (string name) =>
    {
        if (running.TryRemove(name, out Session? session))
        {
            await session.DisposeAsync();
        }
    });
    app.MapGet("/received", () => running.Values.Sum(session => session.Snapshot().Lines.Received).ToString(CultureInfo.InvariantCulture));
    app.MapLogViewStream(name => running.GetValueOrDefault(name.Name));
    await app.StartAsync(cancellationToken);
    Console.WriteLine("ready");
    await app.WaitForShutdownAsync(cancellationToken);
    return 0;
});
return await command.Parse(args).InvokeAsync();

static PodRecord RunningPod(string name) => new()
{
    Namespace = "default",
    Name = name,
    Uid = $"uid-{name}",
    ResourceVersion = "1",
    NodeName = "node-1",
    Phase = "Running",
    Ready = true,
    Containers = [new ContainerRecord { Name = "main", ContainerId = $"containerd://{name}", Phase = ContainerPhase.Running, StartedAt = DateTimeOffset.UnixEpoch }],
};
