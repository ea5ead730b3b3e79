using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Kdd.Kubernetes.Informers;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;
using Xunit;

namespace Kdd.Operator.Tests.Workloads;

public sealed class PodReaderTests
{
    [Fact]
    public void ReadsARecordedPodInCrashLoop()
    {
        PodRecord pod = Read(Recorded("pod-get-crashloop"));
        Assert.Equal(("t1", "crash-5647cf8d79-6xwpv", "b5463ac0-6227-466a-9be6-5a1ff6ea5c63", "957"), (pod.Namespace, pod.Name, pod.Uid, pod.ResourceVersion));
        Assert.Equal(("Running", false), (pod.Phase, pod.Ready));
        Assert.Equal(new OwnerRecord("apps/v1", "ReplicaSet", "crash-5647cf8d79", "72413bf6-dd09-4adc-a88c-870984f756f7", true), Assert.Single(pod.Owners));
        Assert.Equal("crash", pod.Labels["app"]);

        ContainerRecord main = Assert.Single(pod.Containers);
        Assert.Equal(("main", ContainerPhase.Terminated, "Error"), (main.Name, main.Phase, main.Reason));
        Assert.True(main.RestartCount > 0);
        Assert.NotNull(main.LastTerminated);
        Assert.NotEqual(0, main.LastTerminated.ExitCode);
    }

    [Fact]
    public void ReadsARecordedPodThatIsBeingDeleted()
    {
        PodRecord pod = Read(Recorded("pod-get-terminating"));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 13, 2, 7, TimeSpan.Zero), pod.DeletionTimestamp);
        Assert.True(pod.Ready);
        Assert.Equal(ContainerPhase.Running, Assert.Single(pod.Containers).Phase);
    }

    [Fact]
    public void ContainersComeInTheOrderOfTheirStartWithTheirRoles()
    {
        PodRecord pod = Read("""
            {"metadata":{"name":"p"},"spec":{
              "ephemeralContainers":[{"name":"debug","image":"busybox"}],
              "containers":[{"name":"main","image":"app:2"},{"name":"proxy","image":"envoy"}],
              "initContainers":[{"name":"migrate","image":"app:2"},{"name":"mesh","image":"mesh","restartPolicy":"Always"}]}}
            """);
        Assert.Equal(
            [("migrate", ContainerRole.Init), ("mesh", ContainerRole.Sidecar), ("main", ContainerRole.Regular), ("proxy", ContainerRole.Regular), ("debug", ContainerRole.Ephemeral)],
            pod.Containers.Select(container => (container.Name, container.Role)));
        Assert.All(pod.Containers, container => Assert.Equal(ContainerPhase.Waiting, container.Phase));
    }

    /// <summary>JSON promises no order of members; Go writes metadata first, a proxy need not.</summary>
    [Fact]
    public void TheStatusMayComeBeforeTheSpec()
    {
        PodRecord pod = Read("""
            {"status":{"containerStatuses":[{"ready":true,"name":"main","state":{"running":{"startedAt":"2026-01-02T03:04:05Z"}},"restartCount":3,"image":"resolved@sha256:1"}]},
             "spec":{"nodeName":"n1","containers":[{"image":"app:2","name":"main"}]},"metadata":{"name":"p"}}
            """);
        ContainerRecord main = Assert.Single(pod.Containers);
        Assert.Equal((ContainerPhase.Running, 3, "app:2", "n1"), (main.Phase, main.RestartCount, main.Image, pod.NodeName));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), main.StartedAt);
    }

    [Fact]
    public void WhatANewerServerAddsIsSteppedOver()
    {
        PodRecord pod = Read("""{"new":[{"a":{}}],"metadata":{"new":{"name":"no"},"name":"p"},"spec":{"new":1,"containers":[{"new":null,"name":"main"}]},"status":{"new":[],"phase":"Running"}}""");
        Assert.Equal(("p", "Running", "main"), (pod.Name, pod.Phase, Assert.Single(pod.Containers).Name));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":7}}""")]
    [InlineData("""{"metadata":{"name":"p"},"status":{"containerStatuses":[{"name":"a","restartCount":"many"}]}}""")]
    [InlineData("""{"metadata":{"name":"p"},"status":{"containerStatuses":["a"]}}""")]
    [InlineData("""{"metadata":{"name":"p","creationTimestamp":"yesterday"}}""")]
    public void APodOfTheWrongFormIsRefusedAndNothingElseIsThrown(string json)
        => Assert.Throws<JsonException>(() => Read(json));

    /// <summary>Whatever is cut out of, or put in place of, a part of a pod: it reads, or it is a JsonException; never another failure, never past its own end.</summary>
    [Fact]
    public void NoMutationOfAPodBreaksTheReader()
    {
        string body = Recorded("pod-get-crashloop");
        string[] values = ["null", "7", "\"x\"", "[]", "{}", "true", "[{}]", "[null]"];
        string[] paths = [.. PathsOf(JsonNode.Parse(body)!).Where(path => path != "$")];
        Gen.Select(Gen.Int[0, paths.Length - 1], Gen.Int[0, values.Length - 1]).Sample((path, value) =>
        {
            JsonNode root = JsonNode.Parse(body)!;
            Replace(root, paths[path], JsonNode.Parse(values[value]));
            try
            {
                Read(root.ToJsonString());
            }
            catch (JsonException)
            {
                // Counted and left out by the informer.
            }
        });
    }

    /// <summary>The recordings left the spec out.</summary>
    private static string Recorded(string name)
    {
        JsonNode pod = JsonNode.Parse(Transcript.Body(name))!;
        pod["spec"] = JsonNode.Parse("""{"nodeName":"node-1","containers":[{"name":"main","image":"busybox"}]}""");
        return pod.ToJsonString();
    }

    private static PodRecord Read(string json)
    {
        var reader = new ObjectJsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        PodRecord pod = PodReader.Read(ref reader);
        Assert.Equal(JsonTokenType.EndObject, reader.TokenType);
        Assert.Equal(0, reader.Json.CurrentDepth);
        return pod;
    }

    private static IEnumerable<string> PathsOf(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => PathsOf(member.Value)).Prepend(node.GetPath()),
        JsonArray items => items.SelectMany(PathsOf).Prepend(node.GetPath()),
        null => [],
        _ => [node.GetPath()],
    };

    private static void Replace(JsonNode root, string path, JsonNode? value)
    {
        JsonNode? node = Find(root, path);
        node?.ReplaceWith(value);
    }

    private static JsonNode? Find(JsonNode? node, string path) => node switch
    {
        null => null,
        _ when node.GetPath() == path => node,
        JsonObject members => members.Select(member => Find(member.Value, path)).FirstOrDefault(found => found is not null),
        JsonArray items => items.Select(item => Find(item, path)).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
