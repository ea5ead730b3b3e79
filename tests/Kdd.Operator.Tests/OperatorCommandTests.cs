using System.CommandLine;
using System.Net;
using Xunit;

namespace Kdd.Operator.Tests;

public sealed class OperatorCommandTests
{
    [Fact]
    public async Task EveryFlagReachesTheOptions()
    {
        OperatorOptions options = await ParseAsync(
            "--listen", "127.0.0.2:9443", "--management-listen", "127.0.0.3:9081", "--gateway-service-account", "system:serviceaccount:a:b",
            "--external-url", "https://kdd.example/x", "--kubeconfig", "k", "--namespace", "n",
            "--max-buffer-memory", "1Gi", "--max-streams", "7", "--max-viewers", "8", "--max-viewers-per-user", "9");
        Assert.Equal((IPEndPoint.Parse("127.0.0.2:9443"), IPEndPoint.Parse("127.0.0.3:9081")), (options.Listen, options.Management));
        Assert.Equal(("system:serviceaccount:a:b", "https://kdd.example/x/", "k", "n"), (options.GatewayServiceAccount, options.ExternalUrl?.AbsoluteUri, options.Kubeconfig, options.Namespace));
        Assert.Equal((1L << 30, 7, 8, 9), (options.Limits.MaxBufferMemory, options.Limits.MaxStreams, options.Limits.MaxViewers, options.Limits.MaxViewersPerUser));
    }

    [Fact]
    public async Task TheDefaultsAreThoseOfTheManifests()
    {
        OperatorOptions options = await ParseAsync();
        Assert.Equal((8443, 8081), (options.Listen.Port, options.Management.Port));
        Assert.Equal((256L << 20, 2000, 500, 20), (options.Limits.MaxBufferMemory, options.Limits.MaxStreams, options.Limits.MaxViewers, options.Limits.MaxViewersPerUser));
        Assert.Equal("system:serviceaccount:kdd-system:kdd-gateway", options.GatewayServiceAccount);
    }

    [Theory]
    [InlineData("--listen", "8443", "--listen \"8443\" is not ADDRESS:PORT")]
    [InlineData("--listen", "0.0.0.0:8443", "no wildcard")]
    [InlineData("--external-url", "kdd.example", "--external-url \"kdd.example\" is not an http or https address")]
    [InlineData("--max-buffer-memory", "lots", "--max-buffer-memory \"lots\" is not a quantity of bytes")]
    public void AWrongValueIsNamedWithWhatWouldBeRight(string flag, string value, string message)
    {
        ParseResult result = OperatorCommand.Create((_, _) => Task.FromResult(0)).Parse([flag, value]);
        Assert.Contains(result.Errors, error => error.Message.Contains(message, StringComparison.Ordinal));
    }

    private static async Task<OperatorOptions> ParseAsync(params string[] args)
    {
        OperatorOptions? parsed = null;
        int code = await OperatorCommand.Create((options, _) =>
        {
            parsed = options;
            return Task.FromResult(0);
        }).Parse(args).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        return parsed!;
    }
}
