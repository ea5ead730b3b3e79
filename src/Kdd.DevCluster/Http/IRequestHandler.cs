namespace Kdd.DevCluster.Http;

/// <summary>
/// Serves requests that are not plain storage: sub-resources such as pods/log, reviews, administration. Asked in order of
/// registration, after authentication and authorisation, before the generic resource handling.
/// </summary>
public interface IRequestHandler
{
    /// <summary>Whether this handler serves the request.</summary>
    bool Handles(RequestInfo info);

    /// <summary>Writes the answer; an <see cref="ApiException"/> becomes a Status.</summary>
    Task HandleAsync(ApiRequest request);
}
