using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using k8s;
using Kdd.Bench;
using Kdd.PlainDesign;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// The straightforward design, as one writes it first: the client library's log stream, a reader of lines, a channel, JSON for each
// line and viewer, a flush for each line. What kdd's data path is measured against.
Option<string> server = new("--server") { Description = "Where pods/log is served.", Required = true };
Option<string[]> pods = new("--pods") { Description = "Pods in the namespace default, each with the container main.", AllowMultipleArgumentsPerToken = true, Required = true };
Option<int> port = new("--port") { Description = "Loopback port of the stream.", Required = true };
Option<string?> include = new("--include") { Description = "Only lines that match this expression." };
Option<bool> ignoreCase = new("--ignore-case") { Description = "In any case." };
Option<bool> all = new("--all") { Description = "Logs from their beginning instead of from their end." };
RootCommand command = new("The straightforward log viewer backend.") { server, pods, port, include, ignoreCase, all };
command.SetAction(async (arguments, cancellationToken) =>
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, arguments.GetRequiredValue(port), listen => listen.Protocols = HttpProtocols.Http1));
    await using WebApplication app = builder.Build();
    using var client = new Kubernetes(new KubernetesClientConfiguration { Host = arguments.GetRequiredValue(server) });
    RegexOptions options = arguments.GetValue(ignoreCase) ? RegexOptions.IgnoreCase : RegexOptions.None;
    Regex? filter = arguments.GetValue(include) is { } pattern ? new Regex(pattern, options) : null;
    int? tail = arguments.GetValue(all) ? null : 1;
    string[] names = arguments.GetRequiredValue(pods);

    app.MapFigures();
    app.MapGet("/stream", async (HttpContext http) =>
    {
        http.Response.ContentType = "text/event-stream";
        var lines = Channel.CreateBounded<LogLine>(1000);
        _ = Task.WhenAll(names.Select(pod => ReadAsync(client, pod, tail, lines.Writer, http.RequestAborted)));
        await foreach (LogLine line in lines.Reader.ReadAllAsync(http.RequestAborted))
        {
            if (filter is null || filter.IsMatch(line.Message))
            {
                await http.Response.WriteAsync($"event: log\ndata: {JsonSerializer.Serialize(line)}\n\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
    });
    await app.StartAsync(cancellationToken);
    Console.WriteLine("ready");
    await app.WaitForShutdownAsync(cancellationToken);
    return 0;
});
return await command.Parse(args).InvokeAsync();

static async Task ReadAsync(Kubernetes client, string pod, int? tail, ChannelWriter<LogLine> lines, CancellationToken cancellationToken)
{
    using Stream log = await client.CoreV1.ReadNamespacedPodLogAsync(
        pod, "default", container: "main", follow: true, tailLines: tail, timestamps: true, cancellationToken: cancellationToken);
    using var reader = new StreamReader(log);
    while (await reader.ReadLineAsync(cancellationToken) is { } text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        var time = DateTime.Parse(text[..space], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        await lines.WriteAsync(new LogLine("log", pod, "main", time, new DateTimeOffset(time).ToUnixTimeMilliseconds(), text[(space + 1)..]), cancellationToken);
    }
}
