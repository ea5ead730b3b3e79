using Kdd.Api.Sharding;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Kdd.Gateway.Routing;

/// <summary>Chooses the replica that owns the request's namespace among the live ones, as every replica computes it itself.</summary>
public sealed class OwnerPolicy(MemberDirectory directory) : ILoadBalancingPolicy
{
    public const string PolicyName = "KddOwner";

    public string Name => PolicyName;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        IEnumerable<string> live = availableDestinations.Select(destination => destination.DestinationId).Where(directory.IsLive);
        string? owner = context.Features.Get<StreamAttempt>()?.OwnerHint is { } hint && directory.IsLive(hint)
            ? hint
            : ShardMap.OwnerOf((string)context.GetRouteValue("namespace")!, live);
        return availableDestinations.FirstOrDefault(destination => destination.DestinationId == owner);
    }
}
