using System.Net;
using Kdd.DevCluster.Storage;
using Kdd.DevCluster.Tests.Transcripts;
using Xunit;

namespace Kdd.DevCluster.Tests.Resources;

public sealed class QuotaTests
{
    private const string LogViews = "/apis/kdd.dev/v1alpha1/namespaces/t1/logviews";
    private static readonly ResourceKey Quotas = new("", "resourcequotas");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_quota_of_custom_resources_is_counted_and_what_exceeds_it_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var definition = SetUps.Post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", TranscriptCase.ReadFile("_sample-crd.json"));
        (await cluster.Admin.SendAsync(definition, Cancelled)).EnsureSuccessStatusCode();
        await SetUps.WaitEstablishedAsync(cluster, "logviews.kdd.dev");
        using var quota = SetUps.Post("/api/v1/namespaces/t1/resourcequotas",
            """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"views"},"spec":{"hard":{"count/logviews.kdd.dev":"1","pods":"5"}}}""");
        (await cluster.Admin.SendAsync(quota, Cancelled)).EnsureSuccessStatusCode();

        using (var first = await CreateAsync(cluster, "a"))
        {
            Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        }
        var counted = await cluster.WaitAsync(Quotas, "t1", "views", q => q.Obj("status", "used")?["count/logviews.kdd.dev"]?.ToString() == "1");
        Assert.Equal("""{"count/logviews.kdd.dev":"1","pods":"5"}""", counted.Obj("status", "hard")!.ToJsonString());
        Assert.Equal("0", counted.Obj("status", "used")!["pods"]!.ToString());

        using (var second = await CreateAsync(cluster, "b"))
        {
            Assert.Equal(HttpStatusCode.Forbidden, second.StatusCode);
            var status = TestCluster.Json(await second.Content.ReadAsStringAsync(Cancelled));
            Assert.Equal("Forbidden", status.Str("reason"));
            Assert.Equal(
                "logviews.kdd.dev \"b\" is forbidden: exceeded quota: views, requested: count/logviews.kdd.dev=1, used: count/logviews.kdd.dev=1, limited: count/logviews.kdd.dev=1",
                status.Str("message"));
        }

        using var deleted = await cluster.Admin.DeleteAsync($"{LogViews}/a", Cancelled);
        await cluster.WaitAsync(Quotas, "t1", "views", q => q.Obj("status", "used")?["count/logviews.kdd.dev"]?.ToString() == "0");
        using var third = await CreateAsync(cluster, "b");
        Assert.Equal(HttpStatusCode.Created, third.StatusCode);
    }

    private static async Task<HttpResponseMessage> CreateAsync(TestCluster cluster, string name)
    {
        using var request = SetUps.Post(LogViews, "{\"apiVersion\":\"kdd.dev/v1alpha1\",\"kind\":\"LogView\",\"metadata\":{\"name\":\"" + name + "\"},\"spec\":{\"workload\":{\"kind\":\"Pod\",\"name\":\"p\"}}}");
        return await cluster.Admin.SendAsync(request, Cancelled);
    }
}
