using System.Net;
using System.Text.Json;
using Kdd.Api.LogViews;
using Kdd.Operator.Reconciliation;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using YamlDotNet.Serialization;

namespace Kdd.Operator.Tests.Health;

/// <summary>The health script for Argo CD, run on its test data in the form of Argo CD's own tests, and on every status that the operator writes.</summary>
public sealed class ArgoHealthTests
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (object? test in List(Member(Read("health_test.yaml"), "tests")))
        {
            object? expected = Member(test, "healthStatus");
            cases.Add((string)Member(test, "inputPath")!, (string)Member(expected, "status")!, (string)Member(expected, "message")!);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheTestDataHasTheHealthThatItSays(string inputPath, string status, string message)
        => Assert.Equal((status, message), ArgoHealth.Of(Read(inputPath)));

    [Fact]
    public void EachFileOfTestDataIsACase()
        => Assert.Equal(
            Directory.EnumerateFiles(Path.Join(ArgoHealth.Folder, "testdata")).Select(file => "testdata/" + Path.GetFileName(file)).Order(StringComparer.Ordinal),
            Cases().Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(ReadyReasons.Streaming, "Healthy")]
    [InlineData(ReadyReasons.NoPods, "Healthy")]
    [InlineData(ReadyReasons.Idle, "Healthy")]
    [InlineData(ReadyReasons.Suspended, "Suspended")]
    [InlineData(ReadyReasons.Completed, "Healthy")]
    [InlineData(ReadyReasons.DeadlineExceeded, "Healthy")]
    [InlineData(ReadyReasons.WorkloadNotFound, "Progressing")]
    [InlineData(ReadyReasons.LimitReached, "Progressing")]
    [InlineData(ReadyReasons.InvalidSpec, "Degraded")]
    [InlineData(ReadyReasons.Forbidden, "Degraded")]
    public void WhatTheOperatorWritesHasTheHealthOfItsReason(string reason, string health)
    {
        Verdict verdict = reason switch
        {
            ReadyReasons.InvalidSpec => Verdict.InvalidSpec("why"),
            ReadyReasons.Forbidden => Verdict.Forbidden("why"),
            ReadyReasons.WorkloadNotFound => Verdict.WorkloadNotFound("why"),
            ReadyReasons.LimitReached => new Verdict(false, reason, "why", Reconciling: true),
            _ => new Verdict(true, reason, "why"),
        };
        var logView = new LogView { Metadata = new ObjectMeta { Name = "lv", Namespace = "shop", Generation = 3 }, Spec = new LogViewSpec() };
        var options = new OperatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Management = new IPEndPoint(IPAddress.Loopback, 0), Identity = "a", GatewayServiceAccount = "b" };
        logView.Status = new StatusBuilder(options, new FakeTimeProvider()).Build(new ObservedLogView(logView.Metadata, logView, null), verdict, null, null, null);

        // JSON is YAML: the object goes the way that test data goes.
        Assert.Equal(health, ArgoHealth.Of(Yaml.Deserialize<object>(JsonSerializer.Serialize(logView, LogViewJson.Default.LogView))).Status);
    }

    private static object? Read(string file) => Yaml.Deserialize<object>(File.ReadAllText(Path.Join(ArgoHealth.Folder, file)));

    private static object? Member(object? map, string name) => ((IDictionary<object, object?>)map!)[name];

    private static IEnumerable<object?> List(object? list) => (IEnumerable<object?>)list!;
}
