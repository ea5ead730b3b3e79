using Microsoft.Extensions.FileProviders;

namespace Kdd.Gateway.Viewer;

/// <summary>
/// The built viewer. Its two documents name everything relative to themselves, so they work under whatever prefix a proxy
/// in front removes: <c>index.html</c> at the root, <c>logviews/_/view.html</c> for every LogView's page.
/// </summary>
public static class ViewerFiles
{
    private const string Home = "index.html";
    private const string LogViewPage = "logviews/_/view.html";

    public static void MapViewer(this WebApplication app, string webRoot)
    {
        if (!File.Exists(Path.Join(webRoot, Home)))
        {
            app.Logger.LogWarning("The viewer is not built: {WebRoot} has no {Home}. Streams and /k8s/ are served", webRoot, Home);
            app.MapGet("/", NotBuilt);
            app.MapGet("/logviews/{namespace}/{name}", NotBuilt);
            return;
        }

        var files = new PhysicalFileProvider(Path.GetFullPath(webRoot));
        app.MapGet("/", context => SendAsync(context, files.GetFileInfo(Home)));
        app.MapGet("/logviews/{namespace}/{name}", context => SendAsync(context, files.GetFileInfo(LogViewPage)));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,

            // Vite puts a hash of the content into the names below assets.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl
                = file.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    private static Task SendAsync(HttpContext context, IFileInfo page)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.ContentLength = page.Length;
        return context.Response.SendFileAsync(page, context.RequestAborted);
    }

    private static Task NotBuilt(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            "The kdd gateway is running, but its viewer is not built.\n\n"
            + "Build it in a checkout with: cd viewer && npm ci && npm run build\n"
            + "then build the gateway again, or start it with --web-root src/Kdd.Gateway/wwwroot\n\n"
            + "Streams are served without it: curl -N .../api/logviews/NAMESPACE/NAME/stream\n");
    }
}
