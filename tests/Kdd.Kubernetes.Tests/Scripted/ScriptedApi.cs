using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kdd.Kubernetes.Tests;

/// <summary>An API server on real HTTP that answers nothing by itself: the test takes each request and answers it, byte by byte if it likes.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    /// <summary>In real time: what does not come by then will not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly WebApplication _app;
    private readonly Channel<ScriptedExchange> _requests = Channel.CreateUnbounded<ScriptedExchange>();

    private ScriptedApi(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");

    public static async Task<ScriptedApi> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var api = new ScriptedApi(builder.Build());
        api._app.Run(api.TakeAsync);
        await api._app.StartAsync();
        return api;
    }

    public KubernetesApi CreateClient(TimeProvider timeProvider, BearerToken? token = null)
        => new(ClusterConnection.To(Address, token).CreateHttpClient(), timeProvider);

    /// <summary>The next request, when it comes.</summary>
    public Task<ScriptedExchange> NextAsync()
        => _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Whether a request is waiting that nobody expected.</summary>
    public bool HasRequest => _requests.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        _requests.Writer.Complete();
        while (_requests.Reader.TryRead(out ScriptedExchange? left))
        {
            left.End();
        }

        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var exchange = new ScriptedExchange(http, await reader.ReadToEndAsync(http.RequestAborted));
        if (_requests.Writer.TryWrite(exchange))
        {
            await using CancellationTokenRegistration gone = http.RequestAborted.Register(exchange.End);
            await exchange.Ended;
        }
    }
}

/// <summary>One request and the answer that the test gives it.</summary>
internal sealed class ScriptedExchange(HttpContext http, string body)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => _ended.Task;

    public string Method => http.Request.Method;

    public string Path => http.Request.Path.Value!;

    public string Body => body;

    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public string Header(string name) => http.Request.Headers[name].ToString();

    public async Task AnswerAsync(int code, string json, string? retryAfter = null)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        if (retryAfter is not null)
        {
            http.Response.Headers.RetryAfter = retryAfter;
        }

        await http.Response.WriteAsync(json);
        End();
    }

    /// <summary>A Status, as the API server words its refusals.</summary>
    public Task RefuseAsync(int code, string reason, string message = "refused", string? retryAfter = null)
        => AnswerAsync(code, $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""", retryAfter);

    /// <summary>Sends the headers and a part of the body; the answer stays open.</summary>
    public async Task WriteAsync(string text)
    {
        await http.Response.WriteAsync(text);
        await http.Response.Body.FlushAsync();
    }

    /// <summary>A clean end.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>The connection is reset in the middle of the answer.</summary>
    public void Cut()
    {
        http.Abort();
        End();
    }
}
