using System.Net;
using Kdd.Gateway.Access;
using Kdd.Gateway.Tests.Scripted;

namespace Kdd.Gateway.Tests.Access;

public sealed class AccessModeTests : GatewayTest
{
    private static readonly GatewayOptions OpenToAll = new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 8080),
        ManagementListen = new IPEndPoint(IPAddress.Loopback, 8081),
        AccessMode = AccessMode.None,
        AccessCredentials = "token",
    };

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.1.4.7", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.7", false)]
    [InlineData("::", false)]
    public void Mode_none_starts_on_loopback_only(string address, bool starts)
        => Assert.Equal(starts, (OpenToAll with { Listen = new IPEndPoint(IPAddress.Parse(address), 8080) }).Invalid() is null);

    [Fact]
    public void Mode_none_needs_credentials_of_its_starter_and_mode_kubernetes_takes_none()
    {
        Assert.Contains("--access-credentials", (OpenToAll with { AccessCredentials = null }).Invalid(), StringComparison.Ordinal);
        Assert.Contains("--access-credentials", (OpenToAll with { AccessMode = AccessMode.Kubernetes }).Invalid(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_mode_none_a_stream_has_the_rights_of_the_named_user()
    {
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient();

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["demo: get logviews shop/checkout", "demo: get pods/log shop"], Api.AccessReviews.Order());
        Assert.Equal("demo", Assert.Single(Operator.Requests)["Kdd-Viewer"]);
    }

    [Fact]
    public async Task In_mode_none_what_the_named_user_may_not_read_is_403()
    {
        Api.Allows = (user, _) => user != "demo";
        await using GatewayUnderTest gateway = await StartGatewayAsync(mode: AccessMode.None);
        using HttpClient client = gateway.CreateClient(AliceToken);

        using HttpResponseMessage response = await client.GetAsync(StreamPath, Cancelled);

        await AssertStatusAsync(response, HttpStatusCode.Forbidden);
    }
}
