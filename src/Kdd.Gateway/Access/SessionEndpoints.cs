using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Gateway.Http;
using Kdd.Gateway.Streams;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;

namespace Kdd.Gateway.Access;

/// <summary>
/// <c>/api/session</c>: GET says who is signed in, POST <c>{"token": "…"}</c> signs in, DELETE signs out. In access mode
/// none GET names the user that everybody is, and there is nothing to sign in to.
/// </summary>
public static class SessionEndpoints
{
    public const string Path = "/api/session";

    /// <summary>A token and the JSON around it.</summary>
    private const int MaxBody = 64 * 1024;

    public static void MapSession(this WebApplication app, GatewayOptions options)
    {
        app.MapGet(Path, context => WriteAsync(context, new SessionInfo(context.User.Caller().UserName, NameOf(options.AccessMode)))).RequireAuthorization();
        if (options.AccessMode == AccessMode.Kubernetes)
        {
            app.MapPost(Path, SignInAsync).RequireRateLimiting(RateLimits.SignIn);
            app.MapDelete(Path, SignOutAsync);
        }
    }

    private static async Task SignInAsync(HttpContext context)
    {
        string? token = await ReadTokenAsync(context);
        if (token is null)
        {
            await KubernetesStatus.BadRequest("the body must be JSON with the member token: a Kubernetes bearer token, such as kubectl create token prints").WriteAsync(context);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(token);
        if (bytes > SessionCookie.MaxTokenBytes)
        {
            await KubernetesStatus.BadRequest($"the token has {bytes} bytes, and at most {SessionCookie.MaxTokenBytes} fit the session cookie; "
                + "use a token with fewer claims, or send this one as \"Authorization: Bearer ...\" instead of signing in").WriteAsync(context);
            return;
        }

        IServiceProvider services = context.RequestServices;
        StreamAudit audit = services.GetRequiredService<StreamAudit>();
        try
        {
            if (await services.GetRequiredService<TokenReviewer>().ReviewAsync(token, context.RequestAborted) is not { } caller)
            {
                audit.SignInRefused(context);
                await KubernetesStatus.Unauthorized("the Kubernetes API server does not accept this token: it may have expired, or be for another cluster").WriteAsync(context);
                return;
            }

            DateTimeOffset ends = await SessionCookie.SignInAsync(context, caller, token, services.GetRequiredService<TimeProvider>());
            audit.SignedIn(caller);
            await WriteAsync(context, new SessionInfo(caller.UserName, NameOf(AccessMode.Kubernetes)) { ExpiresAt = ends });
        }
        catch (ReviewFailedException)
        {
            await KubernetesStatus.Unavailable("the Kubernetes API server could not be asked whose token this is").WriteAsync(context);
        }
    }

    /// <summary>Ends the browser's session. Somebody who kept the cookie still has the token in it: deleting that is the cluster's affair.</summary>
    private static async Task SignOutAsync(HttpContext context)
    {
        await context.SignOutAsync(SessionCookie.SchemeName);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task<string?> ReadTokenAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody;
        }

        try
        {
            SignInRequest? request = await context.Request.ReadFromJsonAsync(SessionJson.Default.SignInRequest, context.RequestAborted);
            return request?.Token?.Trim() is { Length: > 0 } token ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext context, SessionInfo session)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(session, SessionJson.Default.SessionInfo, "application/json", context.RequestAborted);
    }

    private static string NameOf(AccessMode mode) => mode == AccessMode.None ? "none" : "kubernetes";
}

/// <param name="AccessMode"><c>kubernetes</c> or <c>none</c>.</param>
internal sealed record SessionInfo(string User, string AccessMode)
{
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record SignInRequest(string? Token);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionInfo))]
[JsonSerializable(typeof(SignInRequest))]
internal sealed partial class SessionJson : JsonSerializerContext;
