using System.Text.RegularExpressions;
using CsCheck;
using Xunit;

namespace Kdd.Kubernetes.Tests.Requests;

/// <summary>Held to the regular expressions of the API server itself (k8s.io/apimachinery/pkg/util/validation).</summary>
public sealed partial class DnsNameTests
{
    private static readonly Gen<string> Names = Gen.String[Gen.Char["ab0-.A_"], 0, 10];

    [Fact]
    public void LabelsAreTheApiServersLabels()
        => Names.Sample(name => DnsName.IsLabel(name) == Label().IsMatch(name), iter: 50_000);

    [Fact]
    public void SubdomainsAreTheApiServersSubdomains()
        => Names.Sample(name => DnsName.IsSubdomain(name) == Subdomain().IsMatch(name), iter: 50_000);

    [Fact]
    public void TheLongestNamesPassAndOneMoreDoesNot()
    {
        Assert.True(DnsName.IsLabel(new string('a', 63)));
        Assert.False(DnsName.IsLabel(new string('a', 64)));
        Assert.True(DnsName.IsSubdomain(new string('a', 253)));
        Assert.False(DnsName.IsSubdomain(new string('a', 254)));
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
