using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Faults;

/// <summary>
/// Faults by HTTP, for those who may <c>*</c> on non-resource URLs (the admin). Durations are in seconds.
/// <code>
/// GET    /devcluster/faults                    rules and open streams
/// POST   /devcluster/faults                    a rule: {"action":"Fail","status":503,"retryAfterSeconds":1,"times":3,"match":{"verb":"watch"}}
///        actions: Fail (status, retryAfterSeconds), Delay (seconds), Hang, Cut (afterBytes), Stall, Expire, Garbage, Duplicate, Reorder;
///        match: verb, group, resource, subresource, namespace, name, path, user; * and ? stand for any text
/// DELETE /devcluster/faults[/ID]               lifts one rule or all
/// POST   /devcluster/streams/cut|end|expire    open streams: {"match":{…}}
/// POST   /devcluster/apiserver/restart         {"downSeconds":10,"drainSeconds":0}
/// POST   /devcluster/network/blackhole         {"seconds":20}: all packets are dropped for so long
/// POST   /devcluster/network/goaway|reset      all connections are asked to close, or reset
/// POST   /devcluster/tokens/expire             service account tokens but those in Secrets end; volumes get new ones
/// POST   /devcluster/history/forget            any older resourceVersion is 410
/// POST   /devcluster/nodes/NAME/down|up|freeze|restart|skew    {"seconds":5}
/// POST   /devcluster/nodes/NAME/runtime-down|runtime-up        containers run on, their output is held
/// POST   /devcluster/pods/rotate-logs|rotate-tokens            {"namespace":"shop","pod":"web-*"}
/// </code>
/// </summary>
internal sealed class FaultEndpoint(ClusterFaults faults, TimeProvider timeProvider) : IRequestHandler
{
    public const string Root = "/devcluster/";

    public bool Handles(RequestInfo info) => !info.IsResourceRequest && info.Path.StartsWith(Root, StringComparison.Ordinal);

    public async Task HandleAsync(ApiRequest request)
    {
        string[] path = request.Info.Path[Root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = request.Http.Request.Method == "POST" && request.Http.Request.ContentLength is > 0
            ? await request.ReadObjectAsync()
            : [];
        var match = MatchOf(body);
        JsonObject answer = (request.Http.Request.Method, path) switch
        {
            ("GET", ["faults"]) => List(),
            ("POST", ["faults"]) => Add(body, match).ToJson(),
            ("DELETE", ["faults"]) => Lift(_ => true),
            ("DELETE", ["faults", var id]) => Lift(rule => rule.Id == id),
            ("POST", ["streams", "cut"]) => Count(faults.CutStreams(match)),
            ("POST", ["streams", "end"]) => Count(faults.EndStreams(match)),
            ("POST", ["streams", "expire"]) => Count(await faults.ExpireWatchesAsync(match)),
            ("POST", ["apiserver", "restart"]) => Restart(body),
            ("POST", ["network", "blackhole"]) => BlackHole(body),
            ("POST", ["network", "goaway"]) => Count(faults.GoAway()),
            ("POST", ["network", "reset"]) => Reset(),
            ("POST", ["tokens", "expire"]) => Count(faults.ExpireTokens()),
            ("POST", ["history", "forget"]) => Forget(),
            ("POST", ["nodes", var node, var action]) => Node(node, action, body),
            ("POST", ["pods", "rotate-logs"]) => Count(faults.RotateLogs(body.Str("namespace") ?? "*", body.Str("pod") ?? "*")),
            ("POST", ["pods", "rotate-tokens"]) => Count(faults.RotateTokens(body.Str("namespace") ?? "*", body.Str("pod") ?? "*")),
            _ => throw new ApiException(404, "NotFound", $"there is no {request.Http.Request.Method} {request.Info.Path}"),
        };
        await request.WriteObjectAsync(200, answer);
    }

    private JsonObject List() => new()
    {
        ["rules"] = new JsonArray([.. faults.Rules.Select(rule => rule.ToJson())]),
        ["streams"] = faults.CountStreams(RequestMatch.All),
    };

    private FaultRule Add(JsonObject body, RequestMatch match)
    {
        int? times = body.Int("times");
        string action = body.Str("action") ?? "";
        if (!Enum.TryParse(action, ignoreCase: true, out FaultAction parsed))
        {
            throw Errors.BadRequest($"action: \"{action}\" is none of {string.Join(", ", Enum.GetNames<FaultAction>())}");
        }
        return parsed switch
        {
            FaultAction.Fail => faults.Fail(match, Status(body), body.Int("retryAfterSeconds"), times),
            FaultAction.Delay => faults.Delay(match, Seconds(body, "seconds"), times),
            FaultAction.Hang => faults.Hang(match, times),
            FaultAction.Cut => faults.CutAfter(match, body.Long("afterBytes") ?? 0, times),
            FaultAction.Stall => faults.Stall(match),
            FaultAction.Expire => faults.Expire(match, times),
            FaultAction.Garbage => faults.Garbage(match),
            FaultAction.Duplicate => faults.Duplicate(match),
            _ => faults.Reorder(match),
        };
    }

    private JsonObject Lift(Func<FaultRule, bool> which)
    {
        var rules = faults.Rules.Where(which).ToList();
        rules.ForEach(rule => rule.Dispose());
        return Count(rules.Count);
    }

    private JsonObject Restart(JsonObject body)
    {
        // Answered before it begins: the answer's own connection is among those that break.
        _ = faults.RestartApiServerAsync(Seconds(body, "downSeconds"), Seconds(body, "drainSeconds"));
        return Count(1);
    }

    private JsonObject BlackHole(JsonObject body)
    {
        _ = Task.Run(async () =>
        {
            using var closed = faults.BlackHole();
            await Task.Delay(Seconds(body, "seconds"), timeProvider);
        });
        return Count(1);
    }

    private JsonObject Reset()
    {
        // A moment later, so that the answer gets out first.
        _ = Task.Delay(TimeSpan.FromMilliseconds(100), timeProvider).ContinueWith(_ => faults.ResetConnections(), TaskScheduler.Default);
        return Count(1);
    }

    private JsonObject Forget()
    {
        faults.ForgetHistory();
        return Count(1);
    }

    private JsonObject Node(string node, string action, JsonObject body)
    {
        try
        {
            switch (action)
            {
                case "down":
                    faults.SetKubelet(node, KubeletMode.Down);
                    break;
                case "up":
                    faults.SetKubelet(node, KubeletMode.Running);
                    break;
                case "freeze":
                    faults.SetKubelet(node, KubeletMode.Frozen);
                    break;
                case "restart":
                    _ = faults.RestartKubeletAsync(node, Seconds(body, "seconds"));
                    break;
                case "runtime-down" or "runtime-up":
                    faults.SetContainerRuntime(node, isDown: action == "runtime-down");
                    break;
                case "skew":
                    faults.SetClockSkew(node, Seconds(body, "seconds"));
                    break;
                default:
                    throw new ApiException(404, "NotFound", $"{action}: a node takes down, up, freeze, restart, runtime-down, runtime-up or skew");
            }
        }
        catch (ArgumentException e)
        {
            throw new ApiException(404, "NotFound", e.Message);
        }
        return Count(1);
    }

    private static RequestMatch MatchOf(JsonObject body) => body.Obj("match") is not { } match ? RequestMatch.All : new RequestMatch
    {
        Verb = match.Str("verb"),
        Group = match.Str("group"),
        Resource = match.Str("resource"),
        Subresource = match.Str("subresource"),
        Namespace = match.Str("namespace"),
        Name = match.Str("name"),
        Path = match.Str("path"),
        User = match.Str("user"),
    };

    private static int Status(JsonObject body) => body.Int("status") is { } status and >= 400 and <= 599
        ? status
        : throw Errors.BadRequest("status: must be an HTTP status code from 400 to 599");

    private static TimeSpan Seconds(JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue(out double seconds) ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.FromSeconds(body.Long(field) ?? 0);

    private static JsonObject Count(int affected) => new() { ["affected"] = affected };
}
