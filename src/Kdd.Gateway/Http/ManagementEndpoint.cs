using Kdd.Gateway.Access;
using Kdd.Gateway.Routing;
using Kdd.Hosting;

namespace Kdd.Gateway.Http;

/// <summary>What the gateway says on its management port.</summary>
internal static class ManagementEndpoint
{
    public static void UseManagement(this WebApplication app)
        => app.UseManagement(() => null, () => app.Services.GetRequiredService<Readiness>().Checks());
}

/// <summary>What the gateway needs before it can serve viewers.</summary>
public sealed class Readiness(MemberDirectory directory, SessionKeys keys, GatewayOptions options, IHostApplicationLifetime lifetime)
{
    /// <summary>Each check, with what is wrong or null.</summary>
    public IEnumerable<(string Name, string? Problem)> Checks() =>
    [
        ("stopping", lifetime.ApplicationStopping.IsCancellationRequested ? "the gateway is stopping" : null),
        ("member-leases", directory.Synced ? null : "the operator's member Leases were not read yet"),
        ("session-keys", keys.Loaded ? null : "the keys of session cookies were not loaded yet"),
        ("operator-token", File.Exists(Kubernetes.KddRoot.Resolve(options.OperatorToken)) ? null : $"{options.OperatorToken} is missing"),
    ];
}
