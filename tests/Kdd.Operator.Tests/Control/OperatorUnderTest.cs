using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Kdd.Operator.Tests.Control;

/// <summary>An operator replica in this process, as its program wires it.</summary>
public sealed class OperatorUnderTest(WebApplication app) : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } });
    private bool _stopped;

    private ICollection<string> Addresses => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    public Task StartAsync(CancellationToken cancellationToken) => app.StartAsync(cancellationToken);

    /// <summary>As SIGTERM.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopped = true;
        await app.StopAsync(cancellationToken);
    }

    /// <summary>A request to the internal endpoint, as the gateway makes it; only the headers are awaited.</summary>
    public async Task<HttpResponseMessage> GetStreamAsync(string ns, string name, string? token, CancellationToken cancellationToken)
    {
        var address = new Uri(Addresses.First(a => a.StartsWith("https:", StringComparison.Ordinal)));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/internal/logviews/{ns}/{name}/stream"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>A page of the management port.</summary>
    public async Task<(HttpStatusCode Code, string Text)> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(new Uri(Addresses.First(a => a.StartsWith("http:", StringComparison.Ordinal))), path), cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync(CancellationToken.None);
        }

        _client.Dispose();
        await app.DisposeAsync();
    }
}
