using Kdd.Api.Wire;
using Kdd.Hosting;
using Kdd.Kubernetes;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Endpoints;

/// <summary>Finds the session of a LogView; null when there is no such LogView.</summary>
public delegate Session? FindSession(NamespacedName name);

/// <summary>The stream, as the gateway asks for it.</summary>
public static class StreamEndpoint
{
    /// <summary>Maps <see cref="StreamPaths.InternalTemplate"/>. Who may ask is decided by what stands in front of it.</summary>
    public static IEndpointConventionBuilder MapLogViewStream(this IEndpointRouteBuilder endpoints, FindSession find)
        => endpoints.MapGet(StreamPaths.InternalTemplate, (string @namespace, string name, HttpContext http)
            => ServeAsync(find, new NamespacedName(@namespace, name), http));

    private static Task ServeAsync(FindSession find, NamespacedName name, HttpContext http)
    {
        if (!StreamQuery.TryParse(Pairs(http.Request.Query), out StreamQuery query, out QueryError error))
        {
            return KubernetesStatus.BadRequest(error).WriteAsync(http);
        }

        return find(name) is { } session
            ? session.ServeAsync(http, query)
            : KubernetesStatus.NotFound($"logviews.kdd.dev \"{name.Name}\" not found").WriteAsync(http);
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IQueryCollection query)
        => query.SelectMany(parameter => parameter.Value, (parameter, value) => KeyValuePair.Create(parameter.Key, value ?? ""));
}
