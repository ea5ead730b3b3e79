using Kdd.Api.Wire;
using Kdd.Hosting;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Endpoints;

/// <summary>One viewer's request: refused in the Kubernetes way, or answered with the session's stream.</summary>
internal sealed class ViewerResponse(Session session, HttpContext http, StreamQuery query)
{
    public async Task RunAsync()
    {
        StreamQuery asked = query;
        string? lastEventId = http.Request.Headers[WireHeaders.LastEventId];
        if (!string.IsNullOrEmpty(lastEventId))
        {
            if (!StreamCursor.TryParse(lastEventId, out StreamCursor last))
            {
                var error = new QueryError(WireHeaders.LastEventId, "Last-Event-ID is not a position of this stream: hand back an event's id unchanged");
                await KubernetesStatus.BadRequest(error).WriteAsync(http);
                return;
            }

            asked = query with { Cursor = last };
        }

        if (StreamFormat.Choose(http.Request.Headers.Accept) is not { } format)
        {
            await KubernetesStatus.NotAcceptable(
                $"Accept must allow one of {StreamMediaTypes.EventStream}, {StreamMediaTypes.NdJson}, {StreamMediaTypes.PlainText}").WriteAsync(http);
            return;
        }

        string user = Uri.UnescapeDataString(http.Request.Headers[WireHeaders.Viewer].ToString());
        ViewerPlaces places = session.Context.ViewerPlaces;
        if (places.TryTake(user) is { } full)
        {
            await KubernetesStatus.Unavailable(full, retryAfterSeconds: 5).WriteAsync(http);
            return;
        }

        try
        {
            await ServeAsync(asked, format);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException || http.RequestAborted.IsCancellationRequested)
        {
            // The viewer went away.
        }
        finally
        {
            places.Return(user);
        }
    }

    private async Task ServeAsync(StreamQuery asked, StreamFormat format)
    {
        using var stream = new ViewerStream(session, asked, format, http.Response.BodyWriter);
        using CancellationTokenRegistration aborted = http.RequestAborted.UnsafeRegister(
            static stream => ((ViewerStream)stream!).Wake(), stream);
        await stream.JoinAsync(http.RequestAborted);
        if (stream.HasNothingMore())
        {
            // This is how an EventSource is told not to come again.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        http.Response.ContentType = format.ContentType;
        http.Response.Headers.CacheControl = "no-cache, no-transform";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()?.DisableBuffering();
        if (await stream.RunAsync(http.RequestAborted) == ViewerEnd.Stuck)
        {
            http.Abort();
        }
    }
}
