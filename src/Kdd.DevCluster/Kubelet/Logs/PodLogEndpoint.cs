using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Floods;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>Serves pods/log: the API server's checks, then the kubelet's, then the log.</summary>
internal sealed class PodLogEndpoint(ObjectStore store, NodeAgents nodes, DevClusterOptions options, TimeProvider timeProvider) : IRequestHandler
{
    private static readonly ResourceKey Pods = new("", "pods");
    private readonly LogSettings _settings = options.Kubelet.Logs;

    public bool Handles(RequestInfo info) => info is { Group: "", Resource: "pods", Subresource: "log" };

    public async Task HandleAsync(ApiRequest request)
    {
        var http = request.Http;
        if (http.Request.Method != HttpMethods.Get)
        {
            throw new ApiException(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);
        }
        RequireAcceptable(http.Request);
        var query = PodLogOptions.Parse(http.Request.Query, request.Info.Name, _settings);
        var pod = store.Get(Pods, request.Info.Namespace, request.Info.Name) ?? throw Errors.NotFound(Pods, request.Info.Name);
        string container = ContainerName(pod, query.Container);
        if (pod.Str("spec", "nodeName") is not { Length: > 0 } node)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        var agent = nodes.Find(node) ?? throw Unreachable(http, pod, node, container);
        switch (agent.Gate.Mode)
        {
            case KubeletMode.Down:
                throw Unreachable(http, pod, node, container);
            case KubeletMode.Frozen:
                await agent.Gate.WaitOpenAsync(request.Aborted);
                break;
            case KubeletMode.Starting:
                throw Unknown(pod);
        }
        query = query.At(agent.Context.Clock.Nanoseconds);
        var worker = agent.Find(pod.Uid());
        if ((worker?.Status ?? pod.Obj("status")) is not { } status)
        {
            throw Unknown(pod);
        }
        string id = KubeletLogStatus.ContainerIdOf(status, pod.Name(), container, query.Previous);
        if (!query.Previous && worker?.FloodOf(container) is { } flood)
        {
            await SendFloodAsync(request, query, flood, agent);
        }
        else
        {
            await SendAsync(request, query, worker?.LogOf(id), id, agent);
        }
    }

    private static async Task SendFloodAsync(ApiRequest request, PodLogOptions query, FloodSource flood, NodeAgent agent)
    {
        request.Http.Response.ContentType = "text/plain";
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(agent.Gate.Streams, request.Aborted);
        try
        {
            await flood.CopyToAsync(request.Http.Response.BodyWriter, query, stopping.Token);
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            // The kubelet stopped: a clean end.
        }
    }

    private async Task SendAsync(ApiRequest request, PodLogOptions query, ContainerLog? log, string containerId, NodeAgent agent)
    {
        var response = request.Http.Response;
        response.ContentType = "text/plain";
        request.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (log is null)
        {
            await response.BodyWriter.WriteAsync(
                Encoding.UTF8.GetBytes($"unable to retrieve container logs for {containerId}"), request.Aborted);
            return;
        }
        if (!_settings.WithholdHeaders)
        {
            await response.StartAsync(request.Aborted);
        }
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(agent.Gate.Streams);
        using var limit = new CancellationTokenSource(_settings.StreamLimit, timeProvider);
        await using var onLimit = limit.Token.Register(stopping.Cancel);
        var reader = new LogReader(log, query, _settings, agent.Gate, timeProvider);
        await reader.CopyToAsync(response.BodyWriter, stopping.Token, request.Aborted);
    }

    /// <summary>The container that is meant; the rules and texts of registry/core/pod LogLocation.</summary>
    private static string ContainerName(JsonObject pod, string asked)
    {
        var regular = Names(pod, "containers");
        var all = Names(pod, "initContainers").Concat(regular).Concat(Names(pod, "ephemeralContainers")).ToList();
        if (asked.Length == 0)
        {
            return regular.Count == 1
                ? regular[0]
                : throw Errors.BadRequest(
                    $"a container name must be specified for pod {pod.Name()}, choose one of: [{string.Join(" ", all)}]");
        }
        return all.Contains(asked) ? asked : throw Errors.BadRequest($"container {asked} is not valid for pod {pod.Name()}");
    }

    private static List<string> Names(JsonObject pod, string list) =>
        [.. (pod.Arr("spec", list) ?? []).Select(container => container.Str("name") ?? "")];

    private static void RequireAcceptable(HttpRequest request)
    {
        string[] offered = ["text/plain", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
        var accepted = request.GetTypedHeaders().Accept;
        if (accepted.Count > 0 && !accepted.Any(range => offered.Any(type => range.MatchesMediaType(type))))
        {
            throw new ApiException(406, "NotAcceptable",
                $"406: Not Acceptable\n\nAvailable representations: {string.Join(", ", offered)}", []);
        }
    }

    // The API server passes on the error of its own request to the kubelet, URL and all.
    private static ApiException Unreachable(HttpContext http, JsonObject pod, string node, string container) => new(500, "",
        $"Get \"https://{node}:10250/containerLogs/{pod.Namespace()}/{pod.Name()}/{container}{KubeletQuery(http.Request.Query)}\": "
        + "dial tcp 127.0.0.1:10250: connect: connection refused");

    // The container is in the path; the rest is sorted, as Go encodes values.
    private static QueryString KubeletQuery(IQueryCollection query) => QueryString.Create(
        query.Where(pair => pair.Key is "follow" or "limitBytes" or "previous" or "sinceSeconds" or "sinceTime" or "tailLines" or "timestamps")
            .OrderBy(pair => pair.Key, StringComparer.Ordinal));

    // The kubelet answers 404 for a pod it has not got (yet); the API server words it so.
    private static ApiException Unknown(JsonObject pod) => new(404, "NotFound",
        $"the server could not find the requested resource ( pods/log {pod.Name()})",
        new JsonObject { ["name"] = pod.Name(), ["kind"] = "pods/log" });
}
