namespace Kdd.DevCluster.Http;

/// <summary>Reads a <see cref="RequestInfo"/> from method and path, as apiserver's RequestInfoFactory does.</summary>
internal static class RequestInfoParser
{
    public static RequestInfo Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var method = request.Method;
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var other = new RequestInfo { IsResourceRequest = false, Path = path, Verb = method.ToLowerInvariant() };
        string group, version;
        string[] rest;
        switch (segments)
        {
            case ["api", var v, _, ..]:
                (group, version, rest) = ("", v, segments[2..]);
                break;
            case ["apis", var g, var v, _, ..]:
                (group, version, rest) = (g, v, segments[3..]);
                break;
            default:
                return other;
        }

        var watchPath = false;
        if (rest is ["watch", _, ..])
        {
            (watchPath, rest) = (true, rest[1..]);
        }

        var ns = "";
        if (rest is ["namespaces", var named, ..])
        {
            ns = named;
            if (rest.Length > 2 && rest[2] is not ("status" or "finalize"))
            {
                rest = rest[2..];
            }
        }

        var name = rest.Length > 1 ? rest[1] : "";
        var resource = rest[0];
        return new RequestInfo
        {
            IsResourceRequest = true,
            Path = path,
            Verb = Verb(request, name, watchPath),
            Group = group,
            Version = version,
            Resource = resource,
            Name = name,
            Namespace = ns,
            Subresource = rest.Length > 2 ? rest[2] : "",
            Rest = rest.Length > 3 ? string.Join('/', rest[3..]) : "",
        };
    }

    private static string Verb(HttpRequest request, string name, bool watchPath) => request.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => name.Length == 0 ? "deletecollection" : "delete",
        "GET" or "HEAD" when watchPath || IsTrue(request.Query["watch"]) => "watch",
        "GET" or "HEAD" => name.Length == 0 ? "list" : "get",
        var method => method.ToLowerInvariant(),
    };

    // apimachinery's boolean query: anything but "", "0" and "false" is true.
    internal static bool IsTrue(Microsoft.Extensions.Primitives.StringValues value) =>
        value.Count > 0 && value[0] is not ("" or "0" or "false" or null);
}
