using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;

namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>Whatever a client sends is answered, and no answer is a failure of the server.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

    private static readonly string[] Paths =
    [
        "/api", "/api/v1", "/api/v1/pods", "/api/v1/namespaces/t1/pods", "/api/v1/namespaces/t1/pods/x", "/api/v1/namespaces/t1/pods/x/status",
        "/api/v1/namespaces/t1/configmaps", "/api/v1/namespaces/t1/configmaps/kube-root-ca.crt", "/api/v1/namespaces/t1/events",
        "/apis/apps/v1/namespaces/t1/deployments", "/apis/apps/v1/namespaces/t1/deployments/web/scale", "/apis/batch/v1/namespaces/t1/cronjobs",
        "/apis/coordination.k8s.io/v1/namespaces/t1/leases/a", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "/apis/nope/v1/x",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/x", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/openapi/v3/apis/apps/v1",
        "/apis/authentication.k8s.io/v1/tokenreviews", "/api/v1/namespaces/t1/serviceaccounts/default/token", "/api/v1/namespaces/%2e%2e/pods", "/x//y", "/api/v1/namespaces/t1/pods/a%2Fb",
    ];

    private static readonly string[] Types =
    [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", "application/apply-patch+yaml", "text/plain",
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "null", "[]", "1", "\"x\"", "{}", "{\"kind\":1}", "{\"metadata\":[]}", "{\"metadata\":{\"name\":{}}}", "{\"spec\":\"x\"}", "k8s\0", "k8s\0\n\u0005\n\u0001v",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"a\":1}}", "a: &a [*a]", "- x", "[{\"op\":\"add\",\"path\":\"/a/b/c\",\"value\":1}]", "[{\"op\":\"test\"}]",
        "[{\"op\":\"move\",\"from\":\"\",\"path\":\"/x\"}]", "{\"metadata\":{\"labels\":{\"a\":null,\"b\":[]}}}", "{\"spec\":{\"containers\":[{\"$patch\":\"delete\"}]}}", "{\"$patch\":\"nope\"}",
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"template\":null,\"selector\":[]}}", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}",
        "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":\"x\"},\"spec\":{\"versions\":[{\"schema\":{\"openAPIV3Schema\":{\"properties\":[]}}}]}}",
        "{\"metadata\":{\"managedFields\":[{\"fieldsV1\":{\"f:a\":1,\"k:x\":{}}}],\"ownerReferences\":{\"a\":1},\"finalizers\":[1]}}",
    ];

    private static readonly string[] Queries =
    [
        "", "limit=-1", "limit=x", "continue=AAAA", "resourceVersion=-1", "labelSelector=%28", "labelSelector=a%20in%20%28b", "fieldSelector=a", "fieldSelector=metadata.name%3Dx", "watch=1&timeoutSeconds=1",
        "watch=1&timeoutSeconds=1&resourceVersion=99999999999999999999", "dryRun=All", "dryRun=x", "fieldManager=f&force=true", "fieldValidation=Strict", "propagationPolicy=x", "gracePeriodSeconds=-1",
        "timeoutSeconds=99999999999&watch=1&resourceVersion=x", "includeObject=x", "sendInitialEvents=true&watch=1&timeoutSeconds=1", "resourceVersionMatch=Exact&resourceVersion=1",
    ];

    private static Gen<string> OneOf(string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public async Task Any_request_is_answered_with_a_Status_or_what_it_asked_for()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var client = cluster.ClientFor(cluster.Host.AdminToken);
        var requests = Gen.Select(OneOf(Methods), OneOf(Paths), OneOf(Queries), OneOf(Types), OneOf(Bodies));
        await requests.SampleAsync(async r =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(r.Item1), $"{r.Item2}?{r.Item3}") { Version = HttpVersion.Version11 };
            if (r.Item5.Length > 0)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(r.Item5));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(r.Item4);
            }

            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if ((int)response.StatusCode >= 400 && response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                var status = JsonNode.Parse(body)!;
                Assert.Equal("Status", (string?)status["kind"]);
                Assert.Equal((int)response.StatusCode, (int?)status["code"]);
                Assert.NotEqual("InternalError", (string?)status["reason"]);
            }
        }, iter: 800, threads: 2, print: r => $"{r.Item1} {r.Item2}?{r.Item3} {r.Item4} {r.Item5}");
        Assert.Equal("ok", await client.GetStringAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken));
    }
}
