using Kdd.DevCluster.Faults;
using Kdd.DevCluster.Identity;

namespace Kdd.DevCluster.Http;

/// <summary>
/// Every request in its order: who (authentication), what (<see cref="RequestInfo"/>), may they (authorisation), then the
/// handler. Whatever goes wrong is answered with a Status.
/// </summary>
internal sealed class ApiServer(
    Authenticator authenticator, Authorizer authorizer, IEnumerable<IRequestHandler> handlers, FaultMiddleware faults,
    ILogger<ApiServer> logger)
{
    private readonly IRequestHandler[] _handlers = [.. handlers];

    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        try
        {
            await ServeCheckedAsync(http);
        }
        catch (ApiException e) when (!http.Response.HasStarted)
        {
            await Responses.WriteStatusAsync(http, e);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to answer.
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await Responses.WriteStatusAsync(http, new ApiException(e.StatusCode, "BadRequest", e.Message));
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            logger.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            await Responses.WriteStatusAsync(http, new ApiException(500, "InternalError", $"Internal error occurred: {e.Message}"));
        }
    }

    private async Task ServeCheckedAsync(HttpContext http)
    {
        http.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        var user = authenticator.Authenticate(http);
        var info = RequestInfoParser.Parse(http.Request);
        var decision = authorizer.Authorize(user, info);
        if (!decision.Allowed)
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            throw AccessErrors.Denied(user, info, decision.Reason);
        }

        var request = new ApiRequest(http, info, user);
        await faults.ServeAsync(request, () => HandleAsync(request));
    }

    private async Task HandleAsync(ApiRequest request)
    {
        foreach (var handler in _handlers)
        {
            if (handler.Handles(request.Info))
            {
                await handler.HandleAsync(request);
                return;
            }
        }

        await Responses.WriteNotFoundPageAsync(request.Http);
    }
}
