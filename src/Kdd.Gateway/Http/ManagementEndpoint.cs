using System.Globalization;
using System.Text;
using Kdd.Gateway.Access;
using Kdd.Gateway.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Gateway.Http;

/// <summary>
/// Health and metrics on a port of their own. The port is known by the connection, not by the Host header, which a viewer
/// may choose.
/// </summary>
public static class ManagementEndpoint
{
    public static void UseManagement(this ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Mark.Instance);
        return next(connection);
    });

    public static void UseManagement(this IApplicationBuilder app)
        => app.MapWhen(context => context.Features.Get<Mark>() is not null, branch =>
        {
            branch.UseOpenTelemetryPrometheusScrapingEndpoint();
            branch.Run(AnswerAsync);
        });

    private static Task AnswerAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/livez" => WriteAsync(context, StatusCodes.Status200OK, "ok\n"),
        "/readyz" => ReadyAsync(context, context.RequestServices.GetRequiredService<Readiness>()),
        _ => KubernetesStatus.NotFound("here are /livez, /readyz and /metrics").WriteAsync(context),
    };

    /// <summary>In the form of the API server's own <c>/readyz?verbose</c>: one line a check, so that a failed probe says why.</summary>
    private static Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        var text = new StringBuilder();
        bool ready = true;
        foreach ((string name, string? problem) in readiness.Checks())
        {
            ready &= problem is null;
            text.Append(CultureInfo.InvariantCulture, $"[{(problem is null ? '+' : '-')}]{name} {problem ?? "ok"}\n");
        }

        text.Append(ready ? "readyz check passed\n" : "readyz check failed\n");
        return WriteAsync(context, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text.ToString());
    }

    private static Task WriteAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text);
    }

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}

/// <summary>What the gateway needs before it can serve viewers.</summary>
public sealed class Readiness(MemberDirectory directory, SessionKeys keys, GatewayOptions options, IHostApplicationLifetime lifetime)
{
    /// <summary>Each check, with what is wrong or null.</summary>
    public IEnumerable<(string Name, string? Problem)> Checks() =>
    [
        ("stopping", lifetime.ApplicationStopping.IsCancellationRequested ? "the gateway is stopping" : null),
        ("member-leases", directory.Synced ? null : "the operator's member Leases were not read yet"),
        ("session-keys", keys.Loaded ? null : "the keys of session cookies were not loaded yet"),
        ("operator-token", File.Exists(Kubernetes.KddRoot.Resolve(options.OperatorToken)) ? null : $"{options.OperatorToken} is missing"),
    ];
}
