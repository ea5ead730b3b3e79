using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kdd.Hosting;

/// <summary>
/// Health and metrics on a port of their own: <c>/livez</c>, <c>/readyz</c>, <c>/metrics</c>. The port is known by the connection,
/// not by the Host header, which a client may choose. Compiled into operator and gateway, which do not know each other.
/// </summary>
internal static class ManagementPort
{
    public static void UseManagement(this ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(Mark.Instance);
        return next(connection);
    });

    /// <param name="app">The program's pipeline; other ports pass through.</param>
    /// <param name="problem">Why only a restart of the process helps; null while it lives.</param>
    /// <param name="checks">What the program needs before it can serve, each with what is wrong or null.</param>
    public static void UseManagement(this IApplicationBuilder app, Func<string?> problem, Func<IEnumerable<(string Name, string? Problem)>> checks)
        => app.MapWhen(http => http.Features.Get<Mark>() is not null, branch =>
        {
            branch.UseOpenTelemetryPrometheusScrapingEndpoint();
            branch.Run(http => http.Request.Path.Value switch
            {
                "/livez" => problem() is { } dead
                    ? WriteAsync(http, StatusCodes.Status500InternalServerError, dead + "\n")
                    : WriteAsync(http, StatusCodes.Status200OK, "ok\n"),
                "/readyz" => ReadyAsync(http, checks()),
                _ => WriteAsync(http, StatusCodes.Status404NotFound, "here are /livez, /readyz and /metrics\n"),
            });
        });

    /// <summary>In the form of the API server's own <c>/readyz?verbose</c>: one line a check, so that a failed probe says why.</summary>
    private static Task ReadyAsync(HttpContext http, IEnumerable<(string Name, string? Problem)> checks)
    {
        var text = new StringBuilder();
        bool ready = true;
        foreach ((string name, string? problem) in checks)
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
