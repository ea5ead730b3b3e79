using System.Net.Http.Headers;
using System.Security.Claims;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Access;

/// <summary>With whose rights a forwarded request reaches the API server: its caller's, never the gateway's.</summary>
/// <param name="cluster">Mode kubernetes: the API server, of whose own credentials nothing is used. Mode none: with the named credentials.</param>
public sealed class CallerCredentials(ClusterConnection cluster, AccessMode mode)
{
    public HttpMessageHandler CreateHandler() => mode == AccessMode.None ? cluster.CreateHandler() : cluster.CreateTransport();

    public void Apply(HttpRequestMessage request, ClaimsPrincipal user)
    {
        if (mode == AccessMode.Kubernetes)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.CallerIdentity().Token);
        }
    }

    /// <summary>Reads <c>--access-credentials</c>: a kubeconfig, or a file with a token for the API server of <paramref name="own"/>.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be read.</exception>
    public static ClusterConnection Read(string path, ClusterConnection own, TimeProvider timeProvider)
    {
        string file = KddRoot.Resolve(path);
        try
        {
            // A kubeconfig is YAML or JSON of many lines, a token one word.
            return File.ReadAllText(file).Contains("clusters", StringComparison.Ordinal)
                ? ClusterConnection.FromKubeconfig(file)
                : own.WithToken(new TokenFile(file, timeProvider));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"--access-credentials: {e.Message}", e);
        }
    }
}
