using Kdd.Hosting;

namespace Kdd.Gateway.Http;

/// <summary>
/// Refuses a request for data whose path is written in any way but the plain one: servers differ in what they decode and
/// fold, and a path must not mean one thing to the check and another to whoever the request is forwarded to.
/// No name of kdd's or of Kubernetes' that is served here needs an escape.
/// </summary>
public sealed class RequestTarget(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!IsData(path))
        {
            return next(context);
        }

        string target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "";
        int query = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> sent = query < 0 ? target : target.AsSpan(0, query);
        string understood = context.Request.PathBase.Value + path;
        return sent.SequenceEqual(understood) && IsPlain(path)
            ? next(context)
            : KubernetesStatus.BadRequest("the request path must be plain: no escapes, empty segments, '.' or '..'").WriteAsync(context);
    }

    /// <summary>Paths that are answered with data, not with a file of the viewer.</summary>
    public static bool IsData(string path)
        => path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) || path.StartsWith("/k8s/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether <paramref name="path"/> is made of segments that no server reads in two ways.</summary>
    public static bool IsPlain(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/')
        {
            return false;
        }

        foreach (Range range in path[1..].Split('/'))
        {
            ReadOnlySpan<char> segment = path[1..][range];
            if (segment is "" or "." or ".." || segment.ContainsAnyExcept(Plain))
            {
                return false;
            }
        }

        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Plain
        = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");
}
