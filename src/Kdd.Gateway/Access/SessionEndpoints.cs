using System.Text.Json;
using System.Text.Json.Serialization;
using Kdd.Gateway.Http;
using Kdd.Hosting;
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
        string mode = options.AccessMode == AccessMode.None ? "none" : "kubernetes";
        app.MapGet(Path, context => WriteAsync(context, new SessionInfo(context.User.Caller().UserName, mode))).RequireAuthorization();
        if (options.AccessMode == AccessMode.Kubernetes)
        {
            app.MapPost(Path, SignInAsync).RequireRateLimiting(RateLimits.SignIn);
            app.MapDelete(Path, SignOutAsync);
            app.MapSignInPage();
        }
    }

    private static async Task SignInAsync(HttpContext context, SignIn signIn)
    {
        (KubernetesStatus? refusal, SessionInfo? session) = await ReadTokenAsync(context) is { } token
            ? await signIn.TryAsync(context, token)
            : (KubernetesStatus.BadRequest("the body must be JSON with the member token: a Kubernetes bearer token, such as kubectl create token prints"), null);
        await (refusal is not null ? refusal.WriteAsync(context) : WriteAsync(context, session!));
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
            return (await context.Request.ReadFromJsonAsync(SessionJson.Default.SignInRequest, context.RequestAborted))?.Token;
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
