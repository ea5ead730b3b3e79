using System.Text.Encodings.Web;
using Kdd.Gateway.Http;
using Kdd.Hosting;

namespace Kdd.Gateway.Access;

/// <summary>
/// <c>/sign-in</c>: a form for a token, in plain HTML, so that it works before and without the viewer. It names everything
/// relative to itself, as the viewer does, and never redirects.
/// </summary>
public static class SignInPage
{
    public const string Path = "/sign-in";

    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
        body { max-width: 36rem; margin: 12vh auto; padding: 0 1rem }
        textarea, button { font: inherit; box-sizing: border-box }
        textarea { width: 100%; height: 8rem; font-family: ui-monospace, monospace; font-size: .85rem }
        button { padding: .4rem 1.2rem; margin-top: .8rem }
        code { font-family: ui-monospace, monospace; font-size: .9em }
        .problem { border-left: .25rem solid #c33; padding-left: .8rem }
        """;

    public static void MapSignInPage(this WebApplication app)
    {
        app.MapGet(Path, context => WriteAsync(context, StatusCodes.Status200OK, Form(problem: null)));
        app.MapGet(Path + ".css", context =>
        {
            context.Response.ContentType = "text/css; charset=utf-8";
            return context.Response.WriteAsync(Style);
        });
        app.MapPost(Path, SignInAsync).RequireRateLimiting(RateLimits.SignIn);
    }

    private static async Task SignInAsync(HttpContext context, SignIn signIn)
    {
        if (!context.Request.HasFormContentType)
        {
            await KubernetesStatus.BadRequest("this is for the sign-in page's own form; programs POST JSON to /api/session").WriteAsync(context);
            return;
        }

        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        (KubernetesStatus? refusal, SessionInfo? session) = await signIn.TryAsync(context, form["token"].ToString());
        await WriteAsync(context, refusal?.Code ?? StatusCodes.Status200OK, refusal is null ? SignedIn(session!) : Form(refusal.Message));
    }

    private static Task WriteAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

        // Under no-referrer a browser sends the form with Origin: null, as a page of nobody would.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        return context.Response.WriteAsync($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in to kdd</title><link rel="stylesheet" href="sign-in.css"></head>
            <body><main>{body}</main></body>
            </html>

            """);
    }

    private static string Form(string? problem) => $"""
        <h1>Sign in to kdd</h1>
        {(problem is null ? "" : $"<p class=\"problem\" role=\"alert\">{HtmlEncoder.Default.Encode(problem)}</p>")}
        <form method="post" action="sign-in" autocomplete="off">
        <label for="token">Kubernetes token</label>
        <textarea id="token" name="token" required spellcheck="false" autofocus></textarea>
        <button>Sign in</button>
        </form>
        <p>For example from <code>kubectl create token NAME --namespace NAMESPACE</code>. It stays encrypted in a cookie of this site and ends when it expires.</p>
        """;

    private static string SignedIn(SessionInfo session) => $"""
        <h1>Signed in</h1>
        <p>You are <strong>{HtmlEncoder.Default.Encode(session.User)}</strong>.</p>
        <p><a href="./">LogViews</a>, or go back to the page you came from and reload it.</p>
        """;
}
