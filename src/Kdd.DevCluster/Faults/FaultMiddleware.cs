using System.Collections.Concurrent;
using System.Text;
using Kdd.DevCluster.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kdd.DevCluster.Faults;

/// <summary>Stands before the API server's handling and does to requests and streams what the rules say.</summary>
internal sealed class FaultMiddleware(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, FaultRule> _rules = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<LiveStream, bool> _streams = new();

    public IEnumerable<FaultRule> Rules => _rules.Values;

    public IEnumerable<LiveStream> Streams => _streams.Keys;

    public void Add(FaultRule rule) => _rules[rule.Id] = rule;

    public void Remove(FaultRule rule) => _rules.TryRemove(rule.Id, out _);

    /// <summary>Serves a request that passed authentication and authorisation.</summary>
    public async Task ServeAsync(ApiRequest request, Func<Task> next)
    {
        var (http, info) = (request.Http, request.Info);
        if (info.Path.StartsWith(FaultEndpoint.Root, StringComparison.Ordinal))
        {
            await next();
            return;
        }
        foreach (var rule in Matching(info, request.User.Name))
        {
            if (rule.Action is not (FaultAction.Stall or FaultAction.Garbage or FaultAction.Duplicate or FaultAction.Reorder) && rule.TryHit())
            {
                if (await ApplyAsync(rule, http, info))
                {
                    return;
                }
            }
        }
        if (info.Verb == "watch" || info.Subresource == "log")
        {
            await ServeStreamAsync(http, info, request.User.Name, next);
        }
        else
        {
            await StallAsync(info, request.User.Name, request.Aborted);
            await next();
        }
    }

    /// <returns>Whether the request is answered.</returns>
    private async Task<bool> ApplyAsync(FaultRule rule, HttpContext http, RequestInfo info)
    {
        switch (rule.Action)
        {
            case FaultAction.Fail:
                throw FaultStatus.Of(rule);
            case FaultAction.Delay:
                await Task.Delay(rule.Wait, timeProvider, http.RequestAborted);
                return false;
            case FaultAction.Hang:
                await rule.Lifted.WaitAsync(http.RequestAborted);
                http.Abort();
                return true;
            case FaultAction.Expire when info.Verb == "watch":
                http.Response.ContentType = "application/json";
                await http.Response.Body.WriteAsync(FaultStatus.ExpiredEvent, http.RequestAborted);
                return true;
            case FaultAction.Cut:
                http.Items[typeof(FaultAction)] = rule.AfterBytes;
                return false;
            default:
                return false;
        }
    }

    private async Task ServeStreamAsync(HttpContext http, RequestInfo info, string user, Func<Task> next)
    {
        var body = new FaultyBody(http.Response.Body, http.Abort, timeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var stream = new LiveStream(http, info, user, body, end);
        body.CutAfter = http.Items[typeof(FaultAction)] is long bytes ? bytes : long.MaxValue;
        body.Hold = () => Rule(FaultAction.Stall, info, user)?.Lifted;
        body.Corrupts = () => Rule(FaultAction.Garbage, info, user) is not null;
        body.Reorders = () => Rule(FaultAction.Reorder, info, user)?.TryHit() == true;
        body.Doubles = () => Rule(FaultAction.Duplicate, info, user) is not null;
        var original = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body, original));
        http.RequestAborted = end.Token;
        _streams[stream] = true;
        try
        {
            await next();
        }
        finally
        {
            _streams.TryRemove(stream, out _);
            http.Features.Set(original);
        }
    }

    private async Task StallAsync(RequestInfo info, string user, CancellationToken cancellationToken)
    {
        while (Rule(FaultAction.Stall, info, user) is { } rule)
        {
            await rule.Lifted.WaitAsync(cancellationToken);
        }
    }

    private IEnumerable<FaultRule> Matching(RequestInfo info, string user) => _rules.Values.Where(rule => rule.Match.Matches(info, user));

    private FaultRule? Rule(FaultAction action, RequestInfo info, string user) =>
        _rules.IsEmpty ? null : Matching(info, user).FirstOrDefault(rule => rule.Action == action);
}

/// <summary>The answers of faults.</summary>
internal static class FaultStatus
{
    /// <summary>The event that ends a watch whose resourceVersion is too old.</summary>
    public static byte[] ExpiredEvent { get; } = Encoding.UTF8.GetBytes(
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""" + "\n");

    public static ApiException Of(FaultRule rule)
    {
        var (reason, message) = rule.Status switch
        {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden: by a fault"),
            429 => ("TooManyRequests", "The apiserver is busy, please try again later."),
            503 => ("ServiceUnavailable", "apiserver is shutting down."),
            504 => ("Timeout", "etcdserver: request timed out"),
            _ => ("InternalError", "Internal error occurred: etcdserver: mvcc: database space exceeded"),
        };
        return new ApiException(rule.Status, reason, message) { RetryAfterSeconds = rule.RetryAfterSeconds };
    }
}
