using Kdd.Api.Sharding;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Kdd.Gateway.Routing;

/// <summary>Chooses the replica that owns the request's namespace among the live ones, as every replica computes it itself.</summary>
public sealed class OwnerPolicy : ILoadBalancingPolicy
{
    public const string PolicyName = "KddOwner";

    public string Name => PolicyName;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
        => Find(availableDestinations, context.Features.Get<StreamAttempt>()?.OwnerHint)
        ?? Find(availableDestinations, ShardMap.OwnerOf((string)context.GetRouteValue("namespace")!, availableDestinations.Select(member => member.DestinationId)));

    private static DestinationState? Find(IReadOnlyList<DestinationState> members, string? name) => members.FirstOrDefault(member => member.DestinationId == name);
}
