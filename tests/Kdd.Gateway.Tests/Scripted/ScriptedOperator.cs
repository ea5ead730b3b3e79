using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>An operator replica's internal endpoint, with a certificate of its own, that answers as a test says.</summary>
public sealed class ScriptedOperator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ScriptedOperator(string member, WebApplication app, X509Certificate2 certificate) => (Member, _app, _certificate) = (member, app, certificate);

    public string Member { get; }

    public string Epoch { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    public string Address => $"127.0.0.1:{new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port}";

    public string Spki => Convert.ToHexStringLower(SHA256.HashData(_certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = context => StreamAsync(context, "event: log\ndata: {}\n\n");

    public static async Task<ScriptedOperator> StartAsync(string member)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={member}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 ephemeral = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(certificate);
        }));
        var scripted = new ScriptedOperator(member, builder.Build(), certificate);
        scripted._app.Run(async context =>
        {
            scripted.Requests.Enqueue(await SeenRequest.ReadAsync(context));
            await scripted.Answer(context);
        });
        await scripted._app.StartAsync();
        return scripted;
    }

    public void Register(ScriptedApiServer api) => api.SetLease(Member, Address, Epoch, Spki);

    /// <summary>Sends the events and keeps the stream open until the client goes.</summary>
    public static async Task StreamAsync(HttpContext context, params string[] events)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-transform";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        foreach (string text in events)
        {
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
        }

        var gone = new TaskCompletionSource();
        using CancellationTokenRegistration registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public static Task StatusAsync(HttpContext context, int code, string message, string? owner = null)
    {
        context.Response.StatusCode = code;
        if (owner is not null)
        {
            context.Response.Headers["Kdd-Owner"] = owner;
        }

        if (code == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return context.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", message, code });
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
