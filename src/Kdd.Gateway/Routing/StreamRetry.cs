using System.Globalization;
using System.Net;
using Kdd.Gateway.Telemetry;
using Kdd.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Kdd.Gateway.Routing;

/// <summary>
/// Tries a stream again, before its first byte, while ownership settles: a replica answers 421 or 503 or is gone, and the
/// next one is known within seconds. After <see cref="Patience"/> the client is told to come back.
/// </summary>
public sealed class StreamRetry(RequestDelegate next, MemberDirectory directory, GatewayMetrics metrics, TimeProvider timeProvider)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(800);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetReverseProxyFeature().Route.Config.RouteId != OperatorRoute.RouteId)
        {
            await next(context);
            return;
        }

        long started = timeProvider.GetTimestamp();
        TimeSpan pause = FirstPause;
        string? hint = null;
        while (true)
        {
            var attempt = new StreamAttempt { OwnerHint = hint };
            context.Features.Set(attempt);
            context.Features.Set<IForwarderErrorFeature>(null);

            // Taken before the attempt: a member that comes during it is news too.
            Task changed = directory.NextChange;
            await next(context);
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested || !MayRetry(context, attempt))
            {
                return;
            }

            if (timeProvider.GetElapsedTime(started) + pause > Patience)
            {
                await GiveUpAsync(context, attempt);
                return;
            }

            metrics.Retried(attempt.Refusal switch
            {
                HttpStatusCode.MisdirectedRequest => "misdirected",
                not null => "unavailable",
                null => "unreachable",
            });
            context.Response.Clear();
            hint = attempt.Owner;
            await WaitAsync(changed, pause, context.RequestAborted);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            context.ReassignProxyRequest(context.GetRouteModel().Cluster!);
        }
    }

    private static bool MayRetry(HttpContext context, StreamAttempt attempt)
        => attempt.Refusal is not null
        || context.Features.Get<IForwarderErrorFeature>()?.Error is ForwarderError.Request or ForwarderError.NoAvailableDestinations
            or ForwarderError.RequestCreation or ForwarderError.ResponseHeaders or ForwarderError.RequestTimedOut;

    private static async Task GiveUpAsync(HttpContext context, StreamAttempt attempt)
    {
        if (attempt is { Refusal: HttpStatusCode.ServiceUnavailable, Body.Length: > 0 })
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "application/json";
            context.Response.Headers.RetryAfter = Math.Ceiling((attempt.RetryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await context.Response.Body.WriteAsync(attempt.Body, context.RequestAborted);
            return;
        }

        string @namespace = (string)context.GetRouteValue("namespace")!;
        await KubernetesStatus.Unavailable($"no operator replica that owns namespace {@namespace} could be reached within {Patience.TotalSeconds:0} s").WriteAsync(context);
    }

    private async Task WaitAsync(Task changed, TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await changed.WaitAsync(pause, timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            // No news: the same replica may be ready by now.
        }
        catch (OperationCanceledException)
        {
            // The viewer left; the next look at the request says so.
        }
    }
}
