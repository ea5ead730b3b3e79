using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Kdd.Api.Sharding;
using Kdd.Operator.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Kdd.Operator.Ownership;

/// <summary>What this member's Lease tells the gateways: where it is, which process it is, and its key.</summary>
public sealed class MemberAddress(IServer server, OperatorOptions options, MemberCertificate certificate, SessionContext context)
{
    /// <summary>Where the internal endpoint really listens: the port may have been 0.</summary>
    public IPEndPoint Endpoint
    {
        get
        {
            ICollection<string> bound = server.Features.Get<IServerAddressesFeature>()!.Addresses;
            return new IPEndPoint(options.Listen.Address, bound.Select(address => new Uri(address)).First(address => address.Scheme == Uri.UriSchemeHttps).Port);
        }
    }

    public IReadOnlyDictionary<string, string> Annotations => ImmutableDictionary<string, string>.Empty
        .Add(MemberLease.AddressAnnotation, Endpoint.ToString())
        .Add(MemberLease.EpochAnnotation, context.Epoch.ToString("x16", CultureInfo.InvariantCulture))
        .Add(MemberLease.SpkiSha256Annotation, certificate.SpkiSha256);
}
