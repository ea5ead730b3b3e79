using System.Globalization;
using System.Text;
using Kdd.Operator.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Operator.Endpoints;

/// <summary>Health and metrics, on a port of their own: <c>/livez</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
internal static class ManagementEndpoint
{
    public static void UseManagement(this ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Mark.Instance);
        return next(connection);
    });

    public static void UseManagement(this IApplicationBuilder app)
        => app.MapWhen(http => http.Features.Get<Mark>() is not null, branch =>
        {
            branch.UseOpenTelemetryPrometheusScrapingEndpoint();
            branch.Run(AnswerAsync);
        });

    private static Task AnswerAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/livez" => http.RequestServices.GetRequiredService<OperatorService>().IsAlive
            ? WriteAsync(http, StatusCodes.Status200OK, "ok\n")
            : WriteAsync(http, StatusCodes.Status500InternalServerError, "the control flow has ended\n"),
        "/readyz" => ReadyAsync(http, http.RequestServices.GetRequiredService<Readiness>()),
        _ => WriteAsync(http, StatusCodes.Status404NotFound, "here are /livez, /readyz and /metrics\n"),
    };

    /// <summary>In the form of the API server's own <c>/readyz?verbose</c>: one line a check, so that a failed probe says why.</summary>
    private static Task ReadyAsync(HttpContext http, Readiness readiness)
    {
        var text = new StringBuilder();
        bool ready = true;
        foreach ((string name, string? problem) in readiness.Checks())
        {
            ready &= problem is null;
            text.Append(CultureInfo.InvariantCulture, $"[{(problem is null ? '+' : '-')}]{name} {problem ?? "ok"}\n");
        }

        text.Append(ready ? "readyz check passed\n" : "readyz check failed\n");
        return WriteAsync(http, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text.ToString());
    }

    private static Task WriteAsync(HttpContext http, int code, string text)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text);
    }

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
