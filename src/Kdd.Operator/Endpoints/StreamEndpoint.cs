using Kdd.Api.Wire;
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
        => endpoints.MapGet(StreamPaths.InternalTemplate, (string @namespace, string name, HttpContext http) =>
        {
            Session? session = find(new NamespacedName(@namespace, name));
            return session is null ? Task.CompletedTask : session.ServeAsync(http, new StreamQuery());
        });
}
