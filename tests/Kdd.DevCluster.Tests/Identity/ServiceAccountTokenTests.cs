using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Identity;
using Kdd.DevCluster.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.DevCluster.Tests.Identity;

public sealed class ServiceAccountTokenTests : IDisposable
{
    private static readonly ResourceKey ServiceAccounts = new("", "serviceaccounts");
    private static readonly ResourceKey Pods = new("", "pods");
    private static readonly string[] Api = [ServiceAccountTokens.Issuer];

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 13, 0, 0, TimeSpan.Zero));
    private readonly ObjectStore _store;
    private readonly ServiceAccountTokens _tokens;
    private readonly string _uid;

    public ServiceAccountTokenTests()
    {
        _store = new ObjectStore(_clock);
        _tokens = new ServiceAccountTokens(_store, _clock);
        _uid = Create(ServiceAccounts, "ServiceAccount", "op");
    }

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public void A_token_names_its_service_account_with_its_groups()
    {
        var user = _tokens.Validate(Issue(), Api, out var matched)!;

        Assert.Equal("system:serviceaccount:t1:op", user.Name);
        Assert.Equal(_uid, user.Uid);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:t1", "system:authenticated"], user.Groups);
        Assert.StartsWith("JTI=", Assert.Single(user.Extra["authentication.kubernetes.io/credential-id"]), StringComparison.Ordinal);
        Assert.Equal(Api, matched);
    }

    [Fact]
    public void A_token_for_another_audience_is_not_one_for_the_api_server()
    {
        string token = Issue(audience: "kdd-operator");

        Assert.Null(_tokens.Validate(token, Api, out _));
        Assert.NotNull(_tokens.Validate(token, ["other", "kdd-operator"], out var matched));
        Assert.Equal(["kdd-operator"], matched);
    }

    [Fact]
    public void A_token_ends_at_its_expiry()
    {
        string token = Issue();

        _clock.Advance(TimeSpan.FromSeconds(599));
        Assert.NotNull(_tokens.Validate(token, Api, out _));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_tokens.Validate(token, Api, out _));
    }

    [Fact]
    public void A_token_dies_with_its_service_account_even_if_one_of_the_same_name_comes()
    {
        string token = Issue();
        _store.Delete(ServiceAccounts, "t1", "op");
        Create(ServiceAccounts, "ServiceAccount", "op");

        Assert.Null(_tokens.Validate(token, Api, out _));
    }

    [Fact]
    public void A_token_bound_to_a_pod_names_it_and_dies_with_it()
    {
        string pod = Create(Pods, "Pod", "p");
        string token = Issue(bound: ("Pod", "p", pod));

        Assert.Equal(["p"], _tokens.Validate(token, Api, out _)!.Extra["authentication.kubernetes.io/pod-name"]);
        _store.Delete(Pods, "t1", "p");
        Assert.Null(_tokens.Validate(token, Api, out _));
    }

    [Fact]
    public void A_token_of_another_key_or_with_another_payload_is_none()
    {
        using var others = new ServiceAccountTokens(_store, _clock);
        string[] parts = Issue().Split('.');
        string forged = Encode("""{"iss":"https://kubernetes.default.svc.cluster.local","exp":9999999999}""");

        Assert.Null(others.Validate(Issue(), Api, out _));
        Assert.Null(_tokens.Validate($"{parts[0]}.{forged}.{parts[2]}", Api, out _));
        Assert.Null(_tokens.Validate($"{parts[0]}.{parts[1]}.", Api, out _));
        Assert.Null(_tokens.Validate("a.b.c", Api, out _));
        Assert.Null(_tokens.Validate("", Api, out _));
        Assert.Null(_tokens.Validate("....", Api, out _));
    }

    private string Issue(string? audience = null, (string, string, string)? bound = null) => _tokens.Issue(
        new TokenClaims("t1", "op", _uid, [audience ?? ServiceAccountTokens.Issuer], TimeSpan.FromSeconds(600)) { BoundTo = bound }).Token;

    private string Create(ResourceKey type, string kind, string name) => _store.Create(type, new JsonObject
    {
        ["kind"] = kind,
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "t1" },
        ["spec"] = new JsonObject(),
    }).Uid();

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
