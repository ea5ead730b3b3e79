using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kdd.Gateway.Tests.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Kdd.Gateway.Tests.Http;

public sealed class TlsTests : GatewayTest
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kdd-tls-").FullName;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_stream_comes_over_TLS_in_either_version_of_HTTP(string version)
    {
        WriteCertificate("kdd.example");
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithTls);
        using HttpClient client = CreateClient(gateway, out _);
        client.DefaultRequestVersion = Version.Parse(version);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        using HttpResponseMessage response = await client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancelled));
        Assert.Equal("event: log", await reader.ReadLineAsync(Cancelled));
    }

    [Fact]
    public async Task A_hundred_streams_of_one_page_share_one_connection()
    {
        WriteCertificate("kdd.example");
        await using GatewayUnderTest gateway = await StartGatewayAsync(change: WithTls);
        using HttpClient client = CreateClient(gateway, out List<string> names);
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        HttpResponseMessage[] streams = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => client.GetAsync(StreamPath, HttpCompletionOption.ResponseHeadersRead, Cancelled)));

        Assert.All(streams, stream => Assert.Equal(HttpStatusCode.OK, stream.StatusCode));
        Assert.Single(names);
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task A_renewed_certificate_is_served_without_a_restart_and_a_broken_one_never()
    {
        var time = new FakeTimeProvider();
        WriteCertificate("first.example");
        await using GatewayUnderTest gateway = await StartGatewayAsync(time, change: WithTls);
        Assert.Equal("CN=first.example", await PresentedAsync(gateway));

        await File.WriteAllTextAsync(Path.Join(_directory, "tls.crt"), "half a file", Cancelled);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=first.example", await PresentedAsync(gateway));

        WriteCertificate("second.example");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("CN=second.example", await PresentedAsync(gateway));
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_at_start_is_named()
    {
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => StartGatewayAsync(change: WithTls));

        Assert.Contains("--tls-certificate", e.Message, StringComparison.Ordinal);
    }

    private GatewayOptions WithTls(GatewayOptions options)
        => options with { TlsCertificate = Path.Join(_directory, "tls.crt"), TlsKey = Path.Join(_directory, "tls.key") };

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Path.Join(_directory, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Join(_directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<string> PresentedAsync(GatewayUnderTest gateway)
    {
        using HttpClient client = CreateClient(gateway, out List<string> names);
        (await client.GetAsync("/", Cancelled)).Dispose();
        return names.Single();
    }

    /// <param name="names">The certificate of each connection.</param>
    private static HttpClient CreateClient(GatewayUnderTest gateway, out List<string> names)
    {
        var seen = names = [];
        var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                // Self-signed, and of a name the loopback address does not have: told by its issuer alone.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    lock (seen)
                    {
                        seen.Add(certificate!.Subject);
                    }

                    return certificate.Subject == certificate.Issuer;
                },
            },
        })
        {
            BaseAddress = gateway.Address,
        };
        client.DefaultRequestHeaders.Authorization = new("Bearer", AliceToken);
        return client;
    }
}
