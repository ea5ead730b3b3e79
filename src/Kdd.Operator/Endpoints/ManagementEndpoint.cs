using Kdd.Hosting;
using Kdd.Operator.Hosting;

namespace Kdd.Operator.Endpoints;

/// <summary>What the operator says on its management port.</summary>
internal static class ManagementEndpoint
{
    public static void UseManagement(this WebApplication app) => app.UseManagement(
        () => app.Services.GetRequiredService<OperatorService>().IsAlive ? null : "the control flow has ended",
        () => app.Services.GetRequiredService<Readiness>().Checks());
}
