using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kdd.Gateway.Tests.Scripted;

/// <summary>
/// An API server that knows tokens, rights and Leases by heart, on real HTTP. Everything else is answered by
/// <see cref="Other"/> and kept in <see cref="Requests"/>.
/// </summary>
public sealed class ScriptedApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, JsonObject> _leases = ImmutableDictionary<string, JsonObject>.Empty;
    private TaskCompletionSource _leasesChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<long, ImmutableDictionary<string, JsonObject>> _history = [];
    private long _version = 100;

    private ScriptedApiServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/");

    /// <summary>Token to user name; groups are <c>system:authenticated</c>.</summary>
    public ConcurrentDictionary<string, string> Users { get; } = new() { ["gateway-token"] = "system:serviceaccount:kdd-system:kdd-gateway" };

    /// <summary>Whether the user has the right, given as <c>verb resource[/subresource] namespace[/name]</c>.</summary>
    public Func<string, string, bool> Allows { get; set; } = (_, _) => true;

    /// <summary>Null: works. Else every review is answered with this code.</summary>
    public int? ReviewsFailWith { get; set; }

    public ConcurrentQueue<string> TokenReviews { get; } = new();

    public ConcurrentQueue<string> AccessReviews { get; } = new();

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public Func<HttpContext, Task> Other { get; set; } = context => context.Response.WriteAsJsonAsync(new { kind = "List", items = Array.Empty<string>() });

    public static async Task<ScriptedApiServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new ScriptedApiServer(builder.Build());
        server._app.MapPost("/apis/authentication.k8s.io/v1/tokenreviews", server.TokenReviewAsync);
        server._app.MapPost("/apis/authentication.k8s.io/v1/selfsubjectreviews", server.SelfSubjectReviewAsync);
        server._app.MapPost("/apis/authorization.k8s.io/v1/subjectaccessreviews", server.AccessReviewAsync);
        server._app.MapPost("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", server.AccessReviewAsync);
        server._app.MapGet("/apis/coordination.k8s.io/v1/namespaces/kdd-system/leases", server.LeasesAsync);
        server._app.MapFallback(server.OtherAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Creates, renews or changes the member's Lease.</summary>
    public void SetLease(string member, string address, string epoch, string spki)
    {
        lock (_lock)
        {
            string version = (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            Publish_NeedsLock(_leases.SetItem(member, new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject
                {
                    ["name"] = "kdd-member-" + member,
                    ["namespace"] = "kdd-system",
                    ["resourceVersion"] = version,
                    ["labels"] = new JsonObject { ["kdd.dev/member"] = "operator" },
                    ["annotations"] = new JsonObject { ["kdd.dev/address"] = address, ["kdd.dev/epoch"] = epoch, ["kdd.dev/spki-sha256"] = spki },
                },
                ["spec"] = new JsonObject { ["holderIdentity"] = member, ["leaseDurationSeconds"] = 15, ["renewTime"] = $"2026-11-23T12:00:00.{_version:000000}Z" },
            }));
        }
    }

    public void DeleteLease(string member)
    {
        lock (_lock)
        {
            _version++;
            Publish_NeedsLock(_leases.Remove(member));
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private void Publish_NeedsLock(ImmutableDictionary<string, JsonObject> leases)
    {
        _leases = _history[_version] = leases;
        _leasesChanged.SetResult();
        _leasesChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task TokenReviewAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        string token = (string)review["spec"]!["token"]!;
        TokenReviews.Enqueue(token);
        if (await FailAsync(context))
        {
            return;
        }

        review["status"] = Users.TryGetValue(token, out string? user)
            ? new JsonObject { ["authenticated"] = true, ["user"] = new JsonObject { ["username"] = user, ["groups"] = new JsonArray("system:authenticated") } }
            : new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
        await AnswerAsync(context, review);
    }

    private async Task SelfSubjectReviewAsync(HttpContext context)
    {
        string user = Users.GetValueOrDefault(TokenOf(context), "system:anonymous");
        await AnswerAsync(context, new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "SelfSubjectReview",
            ["status"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = user } },
        });
    }

    private async Task AccessReviewAsync(HttpContext context)
    {
        JsonNode review = (await JsonNode.ParseAsync(context.Request.Body))!;
        JsonNode attributes = review["spec"]!["resourceAttributes"]!;
        string user = (string?)review["spec"]!["user"] ?? Users.GetValueOrDefault(TokenOf(context), "system:anonymous");
        string resource = attributes["subresource"] is { } sub ? $"{attributes["resource"]}/{sub}" : (string)attributes["resource"]!;
        string right = $"{attributes["verb"]} {resource} {attributes["namespace"]}{(attributes["name"] is { } name ? "/" + name : "")}";
        AccessReviews.Enqueue($"{user}: {right}");
        if (await FailAsync(context))
        {
            return;
        }

        review["status"] = new JsonObject { ["allowed"] = Allows(user, right) };
        await AnswerAsync(context, review);
    }

    private async Task<bool> FailAsync(HttpContext context)
    {
        if (ReviewsFailWith is not { } code)
        {
            return false;
        }

        context.Response.StatusCode = code;
        await context.Response.WriteAsJsonAsync(new { kind = "Status", code });
        return true;
    }

    private static Task AnswerAsync(HttpContext context, JsonNode review)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        return context.Response.WriteAsJsonAsync(review);
    }

    private async Task LeasesAsync(HttpContext context)
    {
        if (!context.Request.Query.ContainsKey("watch"))
        {
            await context.Response.WriteAsJsonAsync(ListLeases());
            return;
        }

        long from = long.Parse(context.Request.Query["resourceVersion"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        ImmutableDictionary<string, JsonObject> sent = _history.GetValueOrDefault(from, ImmutableDictionary<string, JsonObject>.Empty);
        await context.Response.StartAsync();
        while (!context.RequestAborted.IsCancellationRequested)
        {
            Task changed;
            ImmutableDictionary<string, JsonObject> now;
            lock (_lock)
            {
                (changed, now) = (_leasesChanged.Task, _leases);
            }

            foreach ((string member, JsonObject lease) in now.Where(pair => sent.GetValueOrDefault(pair.Key) != pair.Value))
            {
                await NotifyAsync(context, sent.ContainsKey(member) ? "MODIFIED" : "ADDED", lease);
            }

            foreach ((string _, JsonObject lease) in sent.Where(pair => !now.ContainsKey(pair.Key)))
            {
                await NotifyAsync(context, "DELETED", lease);
            }

            sent = now;
            await changed.WaitAsync(context.RequestAborted);
        }
    }

    private JsonObject ListLeases()
    {
        lock (_lock)
        {
            return new JsonObject
            {
                ["kind"] = "LeaseList",
                ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                ["items"] = new JsonArray([.. _leases.Values.Select(lease => lease.DeepClone())]),
            };
        }
    }

    private static async Task NotifyAsync(HttpContext context, string type, JsonObject lease)
    {
        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = lease.DeepClone() }.ToJsonString() + "\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task OtherAsync(HttpContext context)
    {
        Requests.Enqueue(await SeenRequest.ReadAsync(context));
        await Other(context);
    }

    private static string TokenOf(HttpContext context) => context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
}
