using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;

namespace Kdd.DevCluster.Http;

/// <summary>One request that passed authentication and authorisation.</summary>
/// <param name="http">The HTTP exchange.</param>
/// <param name="info">What it asks for.</param>
/// <param name="user">Who asks.</param>
public sealed class ApiRequest(HttpContext http, RequestInfo info, UserInfo user)
{
    /// <summary>The HTTP exchange.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>What it asks for.</summary>
    public RequestInfo Info { get; } = info;

    /// <summary>Who asks.</summary>
    public UserInfo User { get; } = user;

    /// <summary>Cancelled when the client goes or the server stops.</summary>
    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Reads the body (JSON, YAML or protobuf of a listed kind) as an object.</summary>
    /// <exception cref="ApiException">400 for a malformed body, 413 when too large, 415 for another media type.</exception>
    public Task<JsonObject> ReadObjectAsync() => RequestBody.ReadObjectAsync(Http, Info);

    /// <summary>Answers with an object.</summary>
    public Task WriteObjectAsync(int code, JsonObject obj) => Responses.WriteAsync(Http, code, obj);
}
