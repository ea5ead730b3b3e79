using System.Net;
using System.Threading.RateLimiting;
using Kdd.Hosting;
using Microsoft.AspNetCore.RateLimiting;

namespace Kdd.Gateway.Http;

/// <summary>Requests a client address may make. Lines do not count: a stream is one request.</summary>
internal static class RateLimits
{
    /// <summary>Policy of the sign-in endpoint: a person signs in a few times a day, a guesser all the time.</summary>
    public const string SignIn = "sign-in";

    private const int SignInsPerMinute = 20;

    public static void Configure(RateLimiterOptions limits, GatewayOptions options)
    {
        limits.OnRejected = async (rejected, _) =>
        {
            TimeSpan delay = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan known) ? known : TimeSpan.FromSeconds(1);
            await KubernetesStatus.TooManyRequests("too many requests from this address", (int)Math.Ceiling(delay.TotalSeconds)).WriteAsync(rejected.HttpContext);
        };
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RequestTarget.IsData(context.Request.Path.Value ?? "")
            ? RateLimitPartition.GetTokenBucketLimiter(AddressOf(context), _ => new TokenBucketRateLimiterOptions
            {
                // A page that opens makes a dozen requests at once.
                TokenLimit = options.RequestsPerSecond * 4,
                TokensPerPeriod = options.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            })
            : RateLimitPartition.GetNoLimiter(IPAddress.None));
        limits.AddPolicy(SignIn, context => RateLimitPartition.GetTokenBucketLimiter(AddressOf(context), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = SignInsPerMinute,
            TokensPerPeriod = SignInsPerMinute,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1),
        }));
    }

    private static IPAddress AddressOf(HttpContext context) => context.Connection.RemoteIpAddress ?? IPAddress.None;
}
